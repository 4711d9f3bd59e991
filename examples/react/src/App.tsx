import { useState } from "react";
import { createRoot } from "react-dom/client";
import { Dashboard } from "./Dashboard";

function App() {
  const [person, setPerson] = useState("delta");
  const [airport, setAirport] = useState("");
  const [open, setOpen] = useState(true);
  const [event, setEvent] = useState("");
  const tell = ({ type, detail }: CustomEvent) => setEvent(`${type} ${JSON.stringify(detail)}`);
  return (
    <main>
      <select aria-label="Person" value={person} onChange={({ target }) => setPerson(target.value)}>
        <option value="delta">Dana</option>
        <option value="united">Umar</option>
      </select>
      <select aria-label="Airport" value={airport} onChange={({ target }) => setAirport(target.value)}>
        <option value="">All airports</option>
        <option>JFK</option>
        <option>LGA</option>
      </select>
      <button onClick={() => setOpen(!open)}>{open ? "Close" : "Open"}</button>
      <output>{event}</output>
      {open && <Dashboard person={person} airport={airport} onEvent={tell} />}
    </main>
  );
}

createRoot(document.getElementById("app") as HTMLElement).render(<App />);
