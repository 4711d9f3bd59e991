import "@vitrine/embed";
import type { VitrineDashboard } from "@vitrine/embed";
import { useLayoutEffect, useRef } from "react";

type Props = { person: string; airport: string; onEvent: (event: CustomEvent) => void };

/** The flights that a person may see. Another person gets another frame, with nothing of the old one, filters neither. */
export function Dashboard({ person, airport, onEvent }: Props) {
  const dashboard = useRef<VitrineDashboard>(null);
  useLayoutEffect(() => dashboard.current?.reload(), [person]);
  useLayoutEffect(() => dashboard.current?.filters({ origin: airport ? [airport] : [] }), [person, airport]);
  return (
    <vitrine-dashboard
      ref={dashboard}
      server="http://127.0.0.1:8080"
      client-id="contrail-web"
      workbook="flights"
      getCode={() => codeFor(person)}
      onvitrine-filters={onEvent}
      onvitrine-select={onEvent}
      onvitrine-error={onEvent}
    />
  );
}

async function codeFor(person: string): Promise<string> {
  const answer = await fetch(`/vitrine-code?person=${person}`, { method: "POST" });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}
