import { createApp, defineComponent, h } from 'vue';
import { createRouter, createWebHistory, RouterLink, RouterView } from 'vue-router';

const view = (title: string) => defineComponent({ render: () => h('h1', title) });
const links = ['/', '/products', '/old-products', '/products?page=2'];

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: view('Home'), meta: { title: 'Home' } },
    { path: '/products', component: view('Products'), meta: { title: 'Products' } },
    { path: '/old-products', redirect: '/products' },
  ],
});
router.afterEach((to) => {
  document.title = String(to.meta.title);
});

const layout = () => [...links.map((to) => h(RouterLink, { to, 'data-to': to }, () => to)), h(RouterView)];
createApp({ render: layout })
  .use(router)
  .mount(document.body.appendChild(document.createElement('div')));
