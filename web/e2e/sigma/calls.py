"""A host's back end with a client of Sigma's API that somebody else has written, unmodified: what it calls, and what comes of it,
as JSON."""

import asyncio
import json
import os
import sys

import httpx
from sigma_mcp.client import SigmaClient
from sigma_mcp.errors import SigmaAPIError

# The client takes addresses of Sigma's alone: what it sends there arrives at the server that is tried.
THEIRS = "https://aws-api.sigmacomputing.com"

calls = []
told = {}


class Rerouted(httpx.AsyncHTTPTransport):
    """Sends every request to the server that is tried."""

    def __init__(self, address):
        super().__init__()
        self.address = httpx.URL(address)

    async def handle_async_request(self, request):
        own = self.address
        request.url = request.url.copy_with(scheme=own.scheme, host=own.host, port=own.port)
        return await super().handle_async_request(request)


async def call(method, /, *arguments, **named):
    """Makes a call, and notes its name."""
    answer = await method(*arguments, **named)
    calls.append(method.__name__)
    return answer


async def refused(method, /, *arguments, **named):
    """Makes a call that is refused, and gives the status, the code and the sentence of that."""
    try:
        await method(*arguments, **named)
    except SigmaAPIError as refusal:
        detail = refusal.detail
        return [refusal.status_code, detail["code"], detail["message"], detail["requestId"] == refusal.request_id]
    return None


def entries(answer, member):
    """What is told of everything in a list, by one member of it."""
    return sorted(f"{entry[member]}" for entry in answer["entries"])


def text(val):
    """A value of a user attribute."""
    return {"type": "string", "val": val}


async def people(sigma):
    """Members, teams, account types and user attributes."""
    me = await call(sigma.get_current_user)
    told["me"] = [(await call(sigma.get_member, me["userId"]))["email"], me["accountType"]]
    told["members"] = entries(await call(sigma.list_members), "email")
    told["page by page"] = len(await sigma.auto_paginate("/v2/members", limit=2)) == len(told["members"])
    told["found"] = entries(await call(sigma.search_members, "ines@portal.example"), "memberType")

    team = await call(sigma.create_team, {"name": "Pilots"})
    told["team"] = (await call(sigma.get_team, team["teamId"]))["name"]
    told["teams"] = entries(await call(sigma.list_teams), "name")
    new = {
        "email": "nora@portal.example",
        "firstName": "Nora",
        "lastName": "Berg",
        "memberType": "View",
        "addToTeams": [{"teamId": team["teamId"], "isTeamAdmin": False}],
    }
    nora = await call(sigma.create_member, new)
    told["made"] = [nora["firstName"], nora["memberType"], nora["userKind"]]
    taken = await refused(sigma.create_member, new)
    told["taken"] = [*taken[:2], taken[2].endswith(f"member-id={nora['memberId']}"), taken[3]]
    told["their teams"] = entries(await call(sigma.list_member_teams, nora["memberId"]), "name")
    told["changed"] = (await call(sigma.update_member, nora["memberId"], {"memberType": "Analyze"}))["memberType"]
    embed = await call(
        sigma.create_member, {"email": "cleo@acme.example", "userKind": "embed", "memberType": "View"}
    )
    told["embed"] = embed["userKind"]
    moved = {"add": [embed["memberId"]], "remove": [nora["memberId"]]}
    told["moved"] = await call(sigma.update_team_members, team["teamId"], moved)
    told["in the team"] = entries(await call(sigma.list_team_members, team["teamId"]), "email")
    told["same name"] = (await call(sigma.update_team, team["teamId"], {"name": "Pilots"}))["name"]

    reader = await call(sigma.create_account_type, {"name": "Reader", "permissions": ["view", "export_csv"]})
    told["types"] = entries(await call(sigma.list_account_types), "accountTypeName")
    told["type deleted"] = await call(sigma.delete_account_type, reader["accountTypeId"])

    brand = await call(sigma.create_user_attribute, {"name": "brand", "defaultValue": text("Own")})
    id = brand["userAttributeId"]
    told["attributes"] = entries(await call(sigma.list_user_attributes), "name")
    told["described"] = (await call(sigma.update_user_attribute, id, {"description": "Whose"}))["description"]
    told["attribute"] = (await call(sigma.get_user_attribute, id))["defaultValue"]["val"]
    to_nora = {"assignments": [{"userId": nora["memberId"], "value": text("Hers")}]}
    await call(sigma.set_user_attribute_for_users, id, to_nora)
    told["hers"] = (await call(sigma.get_user_attribute_user_assignments, id))["entries"] == to_nora["assignments"]
    await call(sigma.delete_user_attribute_for_user, id, nora["memberId"])
    to_team = {"assignments": [{"teamId": team["teamId"], "value": text("Theirs")}]}
    await call(sigma.update_user_attribute_for_teams, id, to_team)
    told["theirs"] = (await call(sigma.get_user_attribute_team_assignments, id))["entries"] == to_team["assignments"]
    await call(sigma.delete_user_attribute_for_team, id, team["teamId"])
    tenants = (await call(sigma.list_tenants))["entries"]
    to_tenant = {"assignments": [{"tenantOrganizationId": tenants[0]["tenantOrganizationId"], "value": text("Ours")}]}
    await call(sigma.set_user_attribute_for_tenants, id, to_tenant)
    ours = await call(sigma.get_user_attribute_tenant_assignments, id)
    told["ours"] = ours["entries"] == to_tenant["assignments"]
    in_use = await refused(sigma.delete_user_attribute, id)
    told["in use"] = in_use[:2]
    await call(sigma.delete_user_attribute_for_tenant, id, tenants[0]["tenantOrganizationId"])
    told["attribute deleted"] = await call(sigma.delete_user_attribute, id)

    told["no guests"] = (await refused(sigma.create_member, {"email": "x@acme.example", "isGuest": True}))[:2]
    told["absent"] = await refused(sigma.get_member, "member_none")
    told["deactivated"] = await call(sigma.deactivate_member, nora["memberId"])
    told["team deleted"] = await call(sigma.delete_team, team["teamId"])


async def content(sigma):
    """Workspaces, files, workbooks, tags, connections and grants."""
    workspace = await call(sigma.create_workspace, {"name": "Embeds"})
    id = workspace["workspaceId"]
    told["workspace"] = (await call(sigma.get_workspace, id))["name"]
    told["workspaces"] = entries(await call(sigma.list_workspaces), "name")
    told["renamed"] = (await call(sigma.update_workspace, id, {"name": "Embedded"}))["name"]
    folder = await call(sigma.create_file, {"type": "folder", "name": "Inside", "parentId": id})
    told["folder"] = [folder["type"], (await call(sigma.get_file, folder["id"]))["path"]]
    told["folder renamed"] = (await call(sigma.update_file, folder["id"], {"name": "Within"}))["name"]
    workbook = await call(sigma.create_workbook, "Empty", folder["id"])
    told["workbook"] = (await call(sigma.get_workbook, workbook["workbookId"]))["path"]
    copy = {"name": "Copy", "destinationFolderId": id}
    told["copy"] = (await call(sigma.duplicate_workbook, workbook["workbookId"], copy))["name"]
    told["workbooks"] = entries(await call(sigma.list_workbooks), "name")
    told["files"] = entries(await call(sigma.list_files, {"parentId": id}), "type")
    template = {"name": "x", "folderId": folder["id"], "templateId": "t"}
    told["no templates"] = (await refused(sigma.post, "/v2/workbooks", template))[:2]

    one = workbook["workbookId"]
    told["pages"] = entries(await call(sigma.list_workbook_pages, one), "name")
    told["elements"] = entries(await call(sigma.list_workbook_elements, one), "name")
    told["on a page"] = entries(await call(sigma.list_workbook_page_elements, one, "page-1"), "name")
    told["columns"] = entries(await call(sigma.list_workbook_columns, one), "name")
    told["controls"] = entries(await call(sigma.list_workbook_controls, one), "name")
    told["tagged"] = (await call(sigma.tag_workbook, one, "Production"))["versionTagId"]
    told["tags"] = entries(await call(sigma.get_workbook_tags, one), "tagName")
    told["with the tag"] = entries(await call(sigma.list_workbooks_for_tag, "production"), "name")
    told["all tags"] = "production" in entries(await call(sigma.list_tags), "name")
    told["untagged"] = await call(sigma.remove_workbook_tag, one, "production")

    teams = {team["name"]: team["teamId"] for team in (await sigma.list_teams())["entries"]}

    def to(name, permission):
        return {"grants": [{"grantee": {"teamId": teams[name]}, "permission": permission}]}

    told["shared"] = await call(sigma.grant_workspace_access, id, to("Buyers", "explore"))
    told["also"] = await call(sigma.grant_workbook_access, one, to("Support", "view"))
    grants = (await call(sigma.list_workspace_grants, id))["entries"]
    told["grants"] = [grant["permission"] for grant in grants]
    lower = {"inodeId": id, "granteeId": teams["Buyers"], "type": "team", "permission": "view"}
    told["only rises"] = (await call(sigma.create_or_update_grant, lower))["permission"]
    told["grant"] = (await call(sigma.get_grant, grants[0]["grantId"]))["inodeType"]
    told["on the workbook"] = entries(await call(sigma.list_workbook_grants, one), "permission")
    told["unshared"] = await call(sigma.delete_workspace_grant, id, grants[0]["grantId"])

    connections = (await call(sigma.list_connections))["entries"]
    connection = connections[0]["connectionId"]
    told["connection"] = (await call(sigma.get_connection, connection))["name"]
    told["paths"] = sorted("/".join(path["path"]) for path in (await call(sigma.list_connection_paths))["entries"])
    table = (await call(sigma.lookup_connection_path, connection, ["shop", "orders"]))["inodeId"]
    told["usage"] = await call(sigma.add_connection_grant, connection, to("Onlookers", "usage"))
    told["of a table"] = await call(sigma.add_connection_path_grant, table, to("Onlookers", "annotate"))
    told["on the table"] = entries(await call(sigma.list_connection_path_grants, table), "permission")
    told["models"] = entries(await call(sigma.list_data_models), "name")

    for file in await sigma.list_all_files():
        if file["type"] == "workbook" and file["name"] in ("Empty", "Copy"):
            await call(sigma.delete_file, file["id"])
    told["folder deleted"] = await call(sigma.delete_file, folder["id"])
    told["workspace deleted"] = await call(sigma.delete_workspace, id)


async def main():
    """All of it."""
    async with httpx.AsyncClient(transport=Rerouted(sys.argv[1])) as http:
        id, secret = os.environ["CREDENTIAL_ID"], os.environ["CREDENTIAL_SECRET"]
        sigma = SigmaClient(id, secret, THEIRS, http_client=http)
        await people(sigma)
        await content(sigma)
        try:
            await sigma.for_tenant("acme")
        except SigmaAPIError as refusal:
            told["no token for a tenant"] = [refusal.status_code, json.loads(refusal.detail)["error"]]
        wrong = SigmaClient(id, "va_none", THEIRS, http_client=http)
        try:
            await wrong.get_current_user()
        except httpx.HTTPStatusError as refusal:
            told["wrong secret"] = [refusal.response.status_code, refusal.response.json()["error"]]


asyncio.run(main())
print(json.dumps({"calls": calls, "told": told}))
