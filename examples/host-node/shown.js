// What Contrail shows of its calls to Vitrine: enough to learn from, nothing that opens a session.

export const VITRINE_CALLS_KEPT = 12;

/** The call without its code. The secret stands in a header, and headers are never kept. */
export function withoutSecrets({ method, path, body, status, answer }) {
  return {
    method,
    path,
    body,
    status,
    answer: answer?.code?.startsWith?.("vc_") ? { ...answer, code: "vc_…" } : answer,
  };
}
