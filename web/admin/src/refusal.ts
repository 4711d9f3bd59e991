/** The server did not do what it was asked. The message is a sentence for people. */
export class RefusalError extends Error {
  override readonly name = "RefusalError";

  constructor(
    message: string,
    /** The problem's stable code, or `connection`. */
    readonly code: string,
    /** The member that was wrong, such as `teams` or `ceiling.tenants`. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** Turns a refused answer into a sentence; `problem` is its body (RFC 9457), if it had one that could be read. */
export function refusal(status: number, problem: unknown): RefusalError {
  const { code = `status_${status}`, detail, correlation_id: id } = isProblem(problem) ? problem : {};
  switch (status) {
    case 404:
      return new RefusalError("There is nothing here within your reach. Somebody may have deleted it.", code);
    case 412:
      return new RefusalError("Somebody else has changed this meanwhile. Load it again before you change it.", code);
    case 429:
    case 503:
      return new RefusalError("Vitrine is busy. Try again in a moment.", code);
  }
  if (status < 500 && detail) {
    const [, field, said] = detail.match(/^`([^`]+)`: (.*)$/s) ?? [];
    return new RefusalError(sentence(said ?? detail), code, field);
  }
  const report = id ? ` with the number ${id}` : "";
  return new RefusalError(`Something went wrong. Try again; if it stays so, report it${report}.`, code);
}

/** What to tell people about any failure. */
export function refusalOf(problem: unknown): RefusalError {
  if (problem instanceof RefusalError) return problem;
  if (problem instanceof TypeError) {
    return new RefusalError("The connection failed. Check it and try again.", "connection");
  }
  return new RefusalError("Something went wrong here. Try again.", "page");
}

/** Whether a refusal of `field`, such as `teams[Ghosts]` or `attributes.limit`, is about a member or what is in it. */
export function isAbout(field: string | undefined, member: string): boolean {
  return (
    field !== undefined && (field === member || (field.startsWith(member) && /^[.[]/.test(field.slice(member.length))))
  );
}

interface Problem {
  code?: string;
  detail?: string;
  correlation_id?: string;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null;
}

function sentence(said: string): string {
  const first = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
