import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, Link, Navigate, Outlet } from 'react-router';
import { RouterProvider } from 'react-router/dom';

/** A shop of two views, and an address that only redirects. */
function View({ title }: { title: string }) {
  // React moves it to the head when it commits.
  return createElement('h1', null, title, createElement('title', null, title));
}

function Layout() {
  const links = ['/', '/products', '/old-products', '/products?page=2'].map((to) =>
    createElement('span', { key: to, 'data-to': to }, createElement(Link, { to }, to)),
  );
  return createElement('main', null, links, createElement(Outlet));
}

const router = createBrowserRouter([
  {
    element: createElement(Layout),
    children: [
      { path: '/', element: createElement(View, { title: 'Home' }) },
      { path: '/products', element: createElement(View, { title: 'Products' }) },
      { path: '/old-products', element: createElement(Navigate, { to: '/products', replace: true }) },
    ],
  },
]);
createRoot(document.body.appendChild(document.createElement('div'))).render(
  createElement(RouterProvider, { router }),
);
