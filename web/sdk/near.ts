/** How far outside the window is near. */
const MARGIN = "300px";

/** Calls `come` once, when the element is in the window or near it. Returns what ends the wait. */
export function whenNear(element: Element, come: () => void): () => void {
  const observer = new IntersectionObserver(
    (sights) => {
      if (!sights.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      come();
    },
    { rootMargin: MARGIN },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
