import { mount } from "svelte";
import App from "./App.svelte";
import "../../shared/base.css";
import "./app.css";

mount(App, { target: document.body });
