import type { PageMessage } from "../shared/messages.ts";

/** What the page says that host pages hear. */
export type Told = Exclude<PageMessage, { type: "code_needed" }>;

/** The events of Vitrine's elements by name: `vitrine-` and what the page says, whose members are the event's detail. */
export type VitrineEventMap = {
  [Type in Told["type"] as `vitrine-${Type}`]: CustomEvent<Omit<Extract<Told, { type: Type }>, "type">>;
};

type Listener<Event> = (event: Event) => unknown;

/** An element whose own events are typed, beside those that all elements have. */
export interface EventfulElement extends HTMLElement {
  addEventListener<Name extends keyof VitrineEventMap>(
    name: Name,
    listener: Listener<VitrineEventMap[Name]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: Listener<HTMLElementEventMap[Name]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof VitrineEventMap>(
    name: Name,
    listener: Listener<VitrineEventMap[Name]>,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: Listener<HTMLElementEventMap[Name]>,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}
