// Windows that doors are tried in.

const HOST = "https://app.acme.example";

/** A window in a frame, whose parent has the origin that the document lists. */
export class Frame extends EventTarget {
  readonly parent = {};
  readonly document = { querySelector: () => ({ content: HOST }) };

  /** Connects as the host does, and answers the page's questions with `answers`. */
  connect(answers: object[] = [], origin = HOST): object[] {
    const heard: object[] = [];
    const port = {
      onmessage: (_: { data: object }) => {},
      postMessage(message: { type: string }) {
        heard.push(message);
        const answer = message.type === "code_needed" && answers.shift();
        if (answer) setImmediate(() => port.onmessage({ data: { v: 1, ...answer } }));
      },
    };
    const data = { v: 1, type: "connect" };
    this.dispatchEvent(Object.assign(new Event("message"), { source: this.parent, origin, data, ports: [port] }));
    return heard;
  }
}

/** A page by itself, in no frame. */
export function alone(): object {
  const page = { parent: {} };
  page.parent = page;
  return page;
}
