/** A click with a modifier opens a link in another tab or window, as everywhere. The router takes every click on a link for
 * itself (as of 0.16), so such clicks are kept from it. */
addEventListener(
  'click',
  (event) => {
    const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0;
    if (modified && event.target instanceof Element && event.target.closest('a[href]'))
      event.stopPropagation();
  },
  { capture: true },
);
