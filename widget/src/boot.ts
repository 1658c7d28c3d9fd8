// When to begin: after activation of a prerendered page, the page's load, and an idle moment.

const once = (target: EventTarget, type: string): Promise<unknown> =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** Resolves once nothing of ours can be in the page's way any more. */
export const whenQuiet = async (): Promise<void> => {
  if ((document as { prerendering?: boolean }).prerendering) await once(document, 'prerenderingchange');
  if (document.readyState !== 'complete') await once(window, 'load');
  // A page that is never idle gets its card all the same. Without requestIdleCallback the options read as 0 ms.
  const idle = window.requestIdleCallback ?? (setTimeout as unknown as typeof requestIdleCallback);
  await new Promise<unknown>((resolve) => idle(resolve, { timeout: 2000 }));
};
