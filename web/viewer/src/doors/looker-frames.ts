/** Under this name the tab remembers whose frame came last. */
const LAST = "vitrine-embed-session";

/** The member of a frame's history in which it remembers its own session, also when it is loaded again. */
const MEMBER = "embed_session";

/** Notes of which session this frame is. */
export function noteSession(page: Window, session: string): void {
  page.history.replaceState({ [MEMBER]: session }, "", page.location.href);
  try {
    page.sessionStorage.setItem(LAST, session);
  } catch {
    // Where a frame may keep nothing, those that come later are asked to log in.
  }
}

/**
 * Of which session a frame is that nobody has logged in for: that of before it was loaded again, or that of the frames beside it,
 * or else that of the last one of the tab. None, if there are several people on the page: who is meant is not known then.
 */
export function sessionOf(page: Window): string | undefined {
  const own = sessionIn(page);
  if (own) return own;
  const beside = new Set(framesBeside(page).flatMap((frame) => sessionIn(frame) ?? []));
  if (beside.size > 0) return beside.size === 1 ? [...beside][0] : undefined;
  try {
    return page.sessionStorage.getItem(LAST) ?? undefined;
  } catch {
    return undefined;
  }
}

function framesBeside(page: Window): Window[] {
  const { parent } = page;
  if (parent === page) return [];
  return Array.from({ length: parent.length }, (_, index) => parent[index]).filter(
    (frame): frame is Window => frame !== undefined && frame !== page,
  );
}

/** What a frame remembers, if it is one of ours. */
function sessionIn(frame: Window): string | undefined {
  try {
    const session: unknown = frame.history.state?.[MEMBER];
    return typeof session === "string" ? session : undefined;
  } catch {
    return undefined;
  }
}
