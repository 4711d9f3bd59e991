/** Where the page is: `/admin/{page}/{id}?…`. */
export interface Place {
  page: string;
  /** An id, or `new`. */
  id: string | undefined;
  search: URLSearchParams;
}

/** What an address below `/admin` says. */
export function placeOf({ pathname, search }: Pick<URL, "pathname" | "search">): Place {
  const [page = "", id] = pathname.replace(/^\/admin\/?/, "").split("/");
  return { page, id: id === undefined || id === "" ? undefined : decoded(id), search: new URLSearchParams(search) };
}

export function addressOf(page: string, id?: string): string {
  return `/admin/${page}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The place in this window, which goes with the address. */
export class Address {
  place = $state.raw<Place>(placeOf(location));

  constructor() {
    window.addEventListener("popstate", () => this.#read());
    document.addEventListener("click", (event) => this.#follow(event));
  }

  go(address: string): void {
    history.pushState(null, "", address);
    this.#read();
    window.scrollTo(0, 0);
  }

  /** The same without an entry of its own in the history. */
  replace(address: string): void {
    history.replaceState(null, "", address);
    this.#read();
  }

  #read(): void {
    this.place = placeOf(location);
  }

  /** Links within the administration load no page anew. */
  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== location.origin || !/^\/admin(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
