/** Something did not work. The message is a sentence for people that says what to do. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";

  constructor(
    message: string,
    /** The problem's stable code, or `connection`. */
    readonly code: string,
  ) {
    super(message);
  }
}

interface Problem {
  code?: string;
  detail?: string;
  correlation_id?: string;
}

/** Turns a refused answer into a sentence; `problem` is its body (RFC 9457), if it had one that could be read. */
export function refusal({ status }: Response, problem: unknown): RefusalError {
  const { code, ...details }: Problem = isProblem(problem) ? problem : {};
  return new RefusalError(sentence(status, details), code ?? `status_${status}`);
}

/** What to tell people about any failure. */
export function refusalOf(problem: unknown): RefusalError {
  if (problem instanceof RefusalError) return problem;
  if (problem instanceof TypeError)
    return new RefusalError("The connection failed. Check it and try again.", "connection");
  return new RefusalError("Something went wrong here. Try again.", "page");
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null;
}

function sentence(status: number, { detail, correlation_id: id }: Problem): string {
  switch (status) {
    case 400:
      return detail ? `This cannot be asked: ${detail}.` : "This cannot be asked. Change the filters and try again.";
    case 401:
      return "The way in was refused. Reload the page to try again.";
    case 403:
      return "You may not do this. Ask whoever gave you access.";
    case 404:
      return "There is nothing here for you. Ask whoever gave you access.";
    case 408:
    case 413:
    case 422:
    case 504:
      return "This is too much at once. Narrow the filters and try again.";
    case 429:
    case 503:
      return "Vitrine is busy. Try again in a moment.";
    default:
      return `Something went wrong. Try again; if it stays so, report it${id ? ` with the number ${id}` : ""}.`;
  }
}
