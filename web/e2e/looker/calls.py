"""A host's back end with Looker's own client, unmodified: what it calls, and what comes of it, as JSON."""

import json
import sys

import looker_sdk
from looker_sdk import error, models40

calls = []


def call(name, /, *arguments, **named):
    """Makes a call, and notes its name."""
    answer = getattr(sdk, name)(*arguments, **named)
    calls.append(name)
    return answer


def refused(name, /, *arguments, **named):
    """Makes a call that is refused, and gives what it is refused with."""
    try:
        getattr(sdk, name)(*arguments, **named)
    except error.SDKError as refusal:
        return {"message": refusal.message, "fields": [detail.field for detail in refusal.errors or []]}
    return None


def only(things):
    """The one thing that there is."""
    (thing,) = things
    return thing


# Address and credential are in the environment, as hosts of Looker have them.
sdk = looker_sdk.init40()
told = {}
me = call("me")
told["me"] = me.email
told["versions"] = call("versions").current_version.version
told["workspace"] = call("session").workspace_id
call("update_session", models40.WriteApiSession(workspace_id="production"))

# People.
user = call("create_embed_user", models40.CreateEmbedUserRequest(external_user_id="python:7"))
again = call("create_embed_user", models40.CreateEmbedUserRequest(external_user_id="python:7"))
told["same"] = again.id == user.id
found = call("user_for_credential", "embed", "python:7")
told["external"] = [found.id == user.id, only(found.credentials_embed).external_user_id]
changed = call("update_user", user.id, models40.WriteUser(first_name="Zoë", last_name="O'Neil"))
told["name"] = changed.display_name
told["found"] = [one.id for one in call("search_users", first_name="zo%", embed_user=True)] == [user.id]
told["all"] = len(call("all_users", fields="id,email")) > 4
told["fields"] = [call("user", user.id, fields="id,first_name").first_name, sdk.user(user.id, fields="id").first_name]
told["credentials"] = only(call("all_user_credentials_embeds", user.id)).external_user_id
call("user_credentials_embed", user.id, user.id)
told["sessions"] = len(call("all_user_sessions", user.id))
told["roles"] = [role.name for role in call("user_roles", user.id)]

# Attributes.
attribute = call(
    "create_user_attribute",
    models40.WriteUserAttribute(name="python_brand", label="Brand", type="string", user_can_view=True),
)
told["attribute"] = [call("user_attribute", attribute.id).label, attribute.type]
call("update_user_attribute", attribute.id, models40.WriteUserAttribute(name="python_brand", label="The brand", type="string"))
told["attributes"] = attribute.id in [one.id for one in call("all_user_attributes", sorts="name desc")]
value = call(
    "set_user_attribute_user_value", user.id, attribute.id, models40.WriteUserAttributeWithValue(value="Levi's, “Zoë”")
)
told["value"] = [value.value, value.source]
told["values"] = [
    one.value for one in call("user_attribute_user_values", user.id, user_attribute_ids=models40.DelimSequence([attribute.id]))
]
call("delete_user_attribute_user_value", user.id, attribute.id)
told["unset"] = sdk.user_attribute_user_values(user.id, user_attribute_ids=models40.DelimSequence([attribute.id]))

# Groups.
group = call("create_group", models40.WriteGroup(name="Python buyers"))
told["group"] = [call("group", group.id).name, only(call("search_groups", name="python b%")).id == group.id]
told["groups"] = group.id in [one.id for one in call("all_groups")]
call("add_group_user", group.id, models40.GroupIdForGroupUserInclusion(user_id=user.id))
told["members"] = [one.id for one in call("all_group_users", group.id)] == [user.id]
call("all_group_groups", group.id)
call("update_user_attribute_group_value", group.id, attribute.id, models40.UserAttributeGroupValue(value="Lee"))
inherited = only(sdk.user_attribute_user_values(user.id, user_attribute_ids=models40.DelimSequence([attribute.id])))
told["inherited"] = [inherited.value, inherited.source]
told["group values"] = [one.value for one in call("all_user_attribute_group_values", attribute.id)]
replaced = call(
    "set_user_attribute_group_values",
    attribute.id,
    [models40.UserAttributeGroupValue(group_id=group.id, value="Wrangler")],
)
told["replaced"] = [[one.group_id == group.id, one.value] for one in replaced]
call("delete_user_attribute_group_value", group.id, attribute.id)
call("delete_group_user", group.id, user.id)

# What they may, and of what.
role = next(role for role in call("all_roles") if role.name == "View")
told["role"] = [call("role", role.id).permission_set.permissions, [user.id] == [one.id for one in call("role_users", role.id) if one.id == user.id]]
told["permission"] = [one.parent for one in call("all_permissions") if one.permission == "explore"]
call("all_permission_sets")
call("permission_set", role.id)
call("all_model_sets")
model = only(call("all_lookml_models"))
told["model"] = [model.name, call("lookml_model", model.name).name]
explore = call("lookml_model_explore", model.name, model.explores[0].name)
told["explore"] = [explore.name, "events.questions" in [field.name for field in explore.fields.measures]]

# Content: an administrator without grants sees the activity, which is in no folder of anybody's.
dashboard = only(call("all_dashboards"))
shown = call("dashboard", dashboard.id)
told["dashboard"] = [dashboard.id, shown.title == dashboard.title, len(shown.dashboard_elements) > 0]
told["looks"] = call("all_looks")
told["folders"] = call("all_folders")

# What its owner may see, by an address.
mine = call(
    "create_embed_url_as_me",
    models40.EmbedParams(target_url=f"{sys.argv[1]}/embed/dashboards/{dashboard.id}", session_length=600),
)
told["mine"] = mine.url.startswith(f"{sys.argv[1]}/login/embed/%2Fembed%2Fdashboards%2F{dashboard.id}")

# A secret of the key, beside the one it has.
secret = call("create_embed_secret", models40.WriteEmbedSecret(algorithm="hmac/sha-256", enabled=True))
told["secret"] = [secret.algorithm, secret.enabled, len(secret.secret) > 40, secret.user_id == me.id]
call("delete_embed_secret", secret.id)

# Queries of one's own.
question = models40.WriteQuery(
    model=model.name, view=explore.name, fields=["events.event", "events.events"], filters={"events.event": "member_made"}, limit="5"
)
query = call("create_query", question)
told["query"] = [call("query", query.id).fields, query.limit]
rows = json.loads(call("run_query", query.id, "json"))
told["rows"] = [len(rows), rows == json.loads(call("run_inline_query", "json", question))]

# A role of its own, given and taken back.
made = call(
    "create_role",
    models40.WriteRole(name="Python", permission_set=models40.WritePermissionSet(permissions=["access_data", "see_looks"])),
)
call("update_role", made.id, models40.WriteRole(permission_set=models40.WritePermissionSet(permissions=["access_data"])))
told["given"] = [one.id == user.id for one in call("set_role_users", made.id, [user.id])]
told["back"] = [one.name for one in call("set_user_roles", user.id, [role.id])]
told["role groups"] = call("role_groups", made.id)
call("update_permission_set", made.id, models40.WritePermissionSet(permissions=["access_data", "see_looks", "explore"]))
call("delete_role", made.id)
told["hierarchy"] = only(call("search_groups_with_hierarchy", name="python b%")).parent_group_ids
told["with roles"] = only(call("search_groups_with_roles", name="python b%")).roles

# Refusals, as the client makes errors of them.
told["refusals"] = {
    "absent": refused("user", "member_none"),
    "taken": refused("create_group", models40.WriteGroup(name="Python buyers")),
    "unfit": refused("update_user", user.id, models40.WriteUser(locale="fr")),
    "expression": refused("run_inline_query", "json", models40.WriteQuery(
        model=model.name, view=explore.name, fields=["events.event"], filters={"events.at": "some day"}
    )),
    "access": refused("all_content_metadata_accesses", "none"),
    "kept": refused("delete_user_credentials_embed", user.id, user.id),
}

call("delete_group", group.id)
call("delete_user_attribute", attribute.id)
call("delete_user", user.id)
told["gone"] = refused("user", user.id)
sdk.logout()
calls.append("logout")
json.dump({"calls": calls, "told": told}, sys.stdout)
