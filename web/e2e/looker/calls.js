import { LookerNodeSDK } from "@looker/sdk-node";
import { DelimArray } from "@looker/sdk-rtl";

// A host's back end with Looker's own client, unmodified: what it calls, and what comes of it, as JSON. Address and credential
// are in the environment, as hosts of Looker have them.

const sdk = LookerNodeSDK.init40();
const calls = [];
const told = {};

/** Makes a call, and notes its name. */
async function call(name, ...given) {
  const answer = await sdk.ok(sdk[name](...given));
  calls.push(name);
  return answer;
}

/** Makes a call that is refused, and gives what it is refused with. */
async function refused(name, ...given) {
  const answer = await sdk[name](...given);
  if (answer.ok) return null;
  const { message, errors } = answer.error;
  return { message, fields: (errors ?? []).map((detail) => detail.field) };
}

told.me = (await call("me")).email;
told.versions = (await call("versions")).current_version.version;
told.workspace = (await call("session")).workspace_id;
await call("update_session", { workspace_id: "production" });

// People.
const user = await call("create_embed_user", { external_user_id: "node 7" });
const found = await call("user_for_credential", "embed", "node 7");
told.external = [found.id === user.id, found.credentials_embed[0].external_user_id];
told.name = (await call("update_user", user.id, { first_name: "Zoë", last_name: "O'Neil" })).display_name;
told.found = (await call("search_users", { last_name: "o'%", embed_user: true })).map((one) => one.id === user.id);
told.all = (await call("all_users", { fields: "id,email" })).length > 4;
told.user = Object.keys(await call("user", user.id, "id,first_name")).sort();
told.credentials = (await call("all_user_credentials_embeds", user.id)).length;
told.sessions = (await call("all_user_sessions", user.id)).length;
told.disabled = (await call("update_user", user.id, { is_disabled: true })).is_disabled;
told.roles = (await call("user_roles", { user_id: user.id })).map((role) => role.name);

// Attributes.
const definition = { name: "node_limit", label: "Limit", type: "number" };
const attribute = await call("create_user_attribute", definition);
told.attribute = [(await call("user_attribute", attribute.id)).label, attribute.type];
await call("update_user_attribute", attribute.id, { ...definition, label: "The limit", default_value: "5" });
told.attributes = (await call("all_user_attributes", {})).some((one) => one.id === attribute.id);
const value = await call("set_user_attribute_user_value", user.id, attribute.id, { value: "12.5" });
told.value = [value.value, value.source];
const asked = { user_id: user.id, user_attribute_ids: new DelimArray([attribute.id]) };
told.values = (await call("user_attribute_user_values", asked)).map((one) => one.value);
await call("delete_user_attribute_user_value", user.id, attribute.id);

// Groups.
const group = await call("create_group", { name: "Node buyers" });
told.group = [(await call("group", group.id)).name, (await call("search_groups", { name: "node b%" })).length];
told.groups = (await call("all_groups", {})).some((one) => one.id === group.id);
await call("add_group_user", group.id, { user_id: user.id });
told.members = (await call("all_group_users", { group_id: group.id })).map((one) => one.id === user.id);
await call("update_user_attribute_group_value", group.id, attribute.id, { value: "7" });
told.groupValues = (await call("all_user_attribute_group_values", attribute.id)).map((one) => one.value);
await call("delete_user_attribute_group_value", group.id, attribute.id);
await call("delete_group_user", group.id, user.id);

// What they may, and of what.
const roles = await call("all_roles", {});
told.role = (await call("role", roles.find((role) => role.name === "View").id)).permission_set.permissions;
told.permissions = (await call("all_permissions")).some((one) => one.permission === "explore");
await call("all_permission_sets", {});
await call("all_model_sets", {});
told.models = (await call("all_lookml_models", {})).map((model) => model.name);

// What its owner may see, by an address; and a secret of the key.
const target = `${process.argv[2]}/embed/dashboards/vitrine_activity`;
told.mine = (await call("create_embed_url_as_me", { target_url: target })).url.includes("embed_authentication_token=");
const secret = await call("create_embed_secret", { algorithm: "hmac/sha-256" });
told.secret = [secret.algorithm, secret.enabled];
await call("delete_embed_secret", secret.id);

// Queries of one's own.
const question = { model: "vitrine_activity", view: "events", fields: ["events.questions"], filters: {} };
const query = await call("create_query", question);
const rows = await call("run_query", { query_id: query.id, result_format: "json" });
told.query = Object.keys(rows[0]);
told.inline = (await call("run_inline_query", { result_format: "json", body: question })).length;

// A role of its own.
const made = await call("create_role", { name: "Node", permission_set: { permissions: ["access_data"] } });
told.given = (await call("set_role_users", made.id, [user.id])).length;
const view = roles.find((role) => role.name === "View").id;
told.back = (await call("set_user_roles", user.id, [view])).map((role) => role.name);
await call("delete_role", made.id);

told.refusals = {
  absent: await refused("user", "member_none"),
  taken: await refused("create_group", { name: "Node buyers" }),
  unfit: await refused("set_user_attribute_user_value", user.id, attribute.id, { value: "many" }),
};

await call("delete_group", group.id);
await call("delete_user_attribute", attribute.id);
await call("delete_user", user.id);
told.gone = await refused("user", user.id);
await sdk.authSession.logout();
calls.push("logout");
process.stdout.write(`\n${JSON.stringify({ calls, told })}\n`);
