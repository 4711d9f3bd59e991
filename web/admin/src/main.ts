import { mount } from "svelte";
import App from "./App.svelte";
import { takeCode } from "./code.ts";
import "../../shared/base.css";
import "./admin.css";

// Before anything else, so that the code is in the address no longer than it takes to read it.
const code = takeCode(location, history);

mount(App, { target: document.body, props: { code } });
