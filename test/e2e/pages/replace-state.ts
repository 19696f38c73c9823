/**
 * What Next.js' app router does with the history: state is noted by `replaceState` before and after each `pushState`,
 * and again when the page has scrolled.
 */
function go(path: string): void {
  const note = { __NA: true, scroll: scrollY };
  history.replaceState({ ...history.state, ...note }, '');
  history.pushState(note, '', path);
  queueMicrotask(() => {
    history.replaceState({ ...note, tree: [path] }, '', path);
    setTimeout(() => {
      render();
      history.replaceState({ ...note, scroll: 100 }, '', path);
    }, 5);
  });
}

function render(): void {
  document.title = location.pathname === '/' ? 'Home' : 'Products';
}

render();
addEventListener('popstate', () => setTimeout(render, 5));
for (const path of ['/', '/products', '/products?page=2']) {
  const link = Object.assign(document.createElement('a'), { href: path, textContent: path });
  link.dataset.to = path;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    go(path);
  });
  document.body.append(link);
}
