/**
 * What the element in the host's page and the page in the frame say to each other.
 *
 * The element posts `connect` to the frame's window with a port; everything after that goes over the port.
 * Every message is `{"v": 1, "type": …}`. Unknown types are ignored, so that either side may be newer.
 */

/** The version of these messages. */
export const VERSION = 1;

/** One value of a list control. */
export type ControlValue = string | number | boolean;

/** Values by the name of the control; an empty list is no filter. */
export type ControlValues = Record<string, ControlValue[]>;

/** What a mark or a row stands for, by the name of the field. */
export type FieldValues = Record<string, string | number | boolean | null>;

/** How the page looks: `scheme`, and further texts by the name of what they set. The page knows which there are. */
export type ThemeTokens = Record<string, string> & { scheme?: "light" | "dark" | "auto" };

/** What an element can be saved as: its rows, or its picture. */
export type ExportFormat = "csv" | "xlsx" | "json" | "arrow" | "png";

/** Why the page asks for a code: it has just opened, its session ends soon, or it has ended. */
export type CodeReason = "open" | "expiring" | "ended";

/** From the element to the page. */
export type ElementMessage =
  | { type: "code"; code: string }
  | { type: "no_code"; message: string }
  | { type: "filters"; values: ControlValues }
  | { type: "navigate"; page: string }
  | { type: "theme"; tokens: ThemeTokens }
  | { type: "refresh" }
  | { type: "export"; element: string; format: ExportFormat };

/** From the page to the element. */
export type PageMessage =
  | { type: "code_needed"; reason: CodeReason }
  | { type: "ready" }
  | { type: "loaded" }
  | { type: "error"; code: string; message: string }
  | { type: "height"; px: number }
  | { type: "filters"; values: ControlValues }
  | { type: "navigate"; page: string }
  | { type: "select"; element: string; values: FieldValues }
  | { type: "expired" };

/** What was found in something that came through a port. */
export type Reading<Message> =
  | { is: "message"; message: Message }
  | { is: "unknown" }
  | { is: "malformed"; problem: string };

type Members = Record<string, unknown>;
type Shapes<Message extends { type: string }> = Record<Message["type"], (members: Members) => boolean>;

const REASONS: readonly unknown[] = ["open", "expiring", "ended"] satisfies CodeReason[];
const FORMATS: readonly unknown[] = ["csv", "xlsx", "json", "arrow", "png"] satisfies ExportFormat[];

/** How much a theme may say. */
const MOST_TOKENS = 40;
const LONGEST_TOKEN = 64;

const ELEMENT_SHAPES: Shapes<ElementMessage> = {
  code: ({ code }) => isText(code),
  no_code: ({ message }) => isText(message),
  filters: ({ values }) => isControlValues(values),
  navigate: ({ page }) => isText(page),
  theme: ({ tokens }) => isThemeTokens(tokens),
  refresh: () => true,
  export: ({ element, format }) => isText(element) && FORMATS.includes(format),
};

const PAGE_SHAPES: Shapes<PageMessage> = {
  code_needed: ({ reason }) => REASONS.includes(reason),
  ready: () => true,
  loaded: () => true,
  error: ({ code, message }) => isText(code) && isText(message),
  height: ({ px }) => typeof px === "number" && Number.isFinite(px) && px >= 0,
  filters: ({ values }) => isControlValues(values),
  navigate: ({ page }) => isText(page),
  select: ({ element, values }) => isText(element) && isFieldValues(values),
  expired: () => true,
};

/** Reads what the element sent. */
export function readElementMessage(value: unknown): Reading<ElementMessage> {
  return read(value, ELEMENT_SHAPES);
}

/** Reads what the page sent. */
export function readPageMessage(value: unknown): Reading<PageMessage> {
  return read(value, PAGE_SHAPES);
}

/** Whether this is the first message of all, the one that carries the port. */
export function isConnect(value: unknown): boolean {
  return isObject(value) && value.v === VERSION && value.type === "connect";
}

function read<Message extends { type: string }>(value: unknown, shapes: Shapes<Message>): Reading<Message> {
  if (!isObject(value) || value.v !== VERSION || !isText(value.type)) {
    return { is: "malformed", problem: `expected an object with \`v\` ${VERSION} and a \`type\`` };
  }
  const { v: _, ...members } = value;
  if (!Object.hasOwn(shapes, value.type)) return { is: "unknown" };
  if (!shapes[value.type as Message["type"]](members)) {
    return { is: "malformed", problem: `\`${value.type}\` has members of another shape` };
  }
  return { is: "message", message: members as unknown as Message };
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether something is values of controls. */
export function isControlValues(value: unknown): value is ControlValues {
  return isObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isControlValue));
}

function isControlValue(value: unknown): value is ControlValue {
  return isText(value) || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function isFieldValues(value: unknown): value is FieldValues {
  return isObject(value) && Object.values(value).every((one) => one === null || isControlValue(one));
}

/** Which tokens there are is for the page to say. */
function isThemeTokens(value: unknown): value is ThemeTokens {
  if (!isObject(value)) return false;
  const texts = Object.values(value);
  return texts.length <= MOST_TOKENS && texts.every((text) => isText(text) && text.length <= LONGEST_TOKEN);
}
