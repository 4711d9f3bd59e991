"""A host's back end with Tableau's own client, unmodified: what it calls, and what comes of it, as JSON."""

import json
import os
import sys

import tableauserverclient as TSC
from tableauserverclient import PermissionsRule, Permission
from tableauserverclient.server.endpoint.exceptions import FailedSignInError, ServerResponseError

calls = []


def call(method, /, *arguments, **named):
    """Makes a call, and notes its name."""
    answer = method(*arguments, **named)
    calls.append(f"{type(method.__self__).__name__}.{method.__name__}")
    return answer


def refused(method, /, *arguments, **named):
    """Makes a call that is refused, and gives the code and the sentence of that."""
    try:
        method(*arguments, **named)
    except ServerResponseError as refusal:
        return [refusal.code, refusal.detail]
    return None


def rule(grantee, **capabilities):
    """What a group or a user is allowed and denied."""
    return PermissionsRule(grantee, {getattr(Permission.Capability, name): mode for name, mode in capabilities.items()})


def said(rules, grantee):
    """What is said of a group or a user, in words."""
    own = [one for one in rules if one.grantee.id == grantee.id]
    return sorted(f"{name} {mode}" for one in own for name, mode in one.capabilities.items())


def only(things):
    """The one thing that there is."""
    (thing,) = things
    return thing


address = sys.argv[1]
told = {}

# A person whom the host vouches for.
viewer = TSC.Server(address)
call(viewer.use_server_version)
told["version"] = viewer.version
told["product"] = call(viewer.server_info.get).product_version
call(viewer.auth.sign_in_with_json_web_token, TSC.JWTAuth(os.environ["JWT"], site_id="acme"))
me = call(viewer.users.get_by_id, viewer.user_id)
told["me"] = [me.name, me.site_role]
told["mine"] = [workbook.name for workbook in call(viewer.workbooks.get)[0]]
told["my views"] = sorted(view.content_url for view in call(viewer.views.get)[0])
told["my groups"] = [group.name for group in call(viewer.groups.get)[0]]
view = only(one for one in viewer.views.get()[0] if one.view_url_name == "Overview")
call(viewer.views.populate_csv, view)
rows = b"".join(view.csv).decode()
told["rows"] = [rows.splitlines()[0], "globex" in rows]
call(viewer.views.populate_image, view, TSC.ImageRequestOptions(imageresolution=TSC.ImageRequestOptions.Resolution.High))
told["image"] = [view.image[:8] == b"\x89PNG\r\n\x1a\n", int.from_bytes(view.image[16:20], "big")]
with open(os.environ["PICTURE"], "wb") as file:
    file.write(view.image)
paper = TSC.PDFRequestOptions(page_type=TSC.PDFRequestOptions.PageType.A4)
call(viewer.views.populate_pdf, view, paper)
told["pdf"] = view.pdf[:5].decode()
call(viewer.views.populate_excel, view)
told["spreadsheet"] = b"".join(view.excel)[:2].decode()
call(viewer.views.populate_preview_image, view)
told["preview"] = int.from_bytes(view.preview_image[16:20], "big")
told["nobody else"] = [user.name for user in viewer.users.get()[0]]
told["forbidden"] = refused(viewer.groups.create, TSC.GroupItem("Mine"))
call(viewer.auth.sign_out)

# Whoever administers, with a personal access token.
server = TSC.Server(address)
server.use_server_version()
token = TSC.PersonalAccessTokenAuth(os.environ["TOKEN_NAME"], os.environ["TOKEN_SECRET"], site_id="")
call(server.auth.sign_in_with_personal_access_token, token)
site = call(server.sites.get_by_id, server.site_id)
told["site"] = [site.name, site.content_url, site.attribute_capture_enabled]
site.attribute_capture_enabled = False
told["switched off"] = call(server.sites.update, site).attribute_capture_enabled
site.attribute_capture_enabled = True
told["switched on"] = server.sites.update(site).attribute_capture_enabled
told["sites"] = [one.name for one in call(server.sites.get)[0]]
told["switch"] = refused(server.auth.switch_site, TSC.SiteItem("Globex", "globex"))

# People.
user = call(server.users.add, TSC.UserItem("python-7", TSC.UserItem.Roles.Viewer))
user.fullname, user.email, user.site_role = "Zoë O'Neil", "zoe@acme.example", TSC.UserItem.Roles.Explorer
call(server.users.update, user)
user = call(server.users.get_by_id, user.id)
told["user"] = [user.name, user.fullname, user.email, user.site_role]
told["taken"] = refused(server.users.add, TSC.UserItem("python-7", TSC.UserItem.Roles.Viewer))
sought = TSC.RequestOptions(pagesize=2)
sought.filter.add(TSC.Filter(TSC.RequestOptions.Field.Name, TSC.RequestOptions.Operator.Equals, "python-7"))
told["found"] = [one.id for one in call(server.users.get, sought)[0]] == [user.id]
told["pages"] = len(list(TSC.Pager(server.users, TSC.RequestOptions(pagesize=2)))) == server.users.get()[1].total_available

# Groups.
group = call(server.groups.create, TSC.GroupItem("Python managers"))
told["group"] = [group.name, group.domain_name]
call(server.groups.update, group)
told["added"] = call(server.groups.add_user, group, user.id).name
call(server.groups.populate_users, group)
told["members"] = [one.name for one in group.users]
call(server.users.populate_groups, user)
told["groups"] = [one.name for one in user.groups]
call(server.groups.remove_user, group, user.id)
call(server.groups.add_users, group, [user])
call(server.groups.remove_users, group, [user])
told["left"] = len(list(server.groups.get()[0])) > 0

# Projects.
project = call(server.projects.create, TSC.ProjectItem("Regional sales"))
project.name = "Sales by region"
project = call(server.projects.update, project)
inside = server.projects.create(TSC.ProjectItem("South", parent_id=project.id))
told["projects"] = sorted(one.name for one in call(server.projects.get)[0])
told["inside"] = inside.parent_id == project.id
rules = call(server.projects.update_permissions, project, [rule(group, Read="Allow", ProjectLeader="Allow")])
told["project"] = said(rules, group)
call(server.projects.populate_workbook_default_permissions, project)
told["defaults"] = "ExportData Allow" in said(project.default_workbook_permissions, group)
call(server.projects.delete_permission, project, [rule(group, ProjectLeader="Allow")])
deny = [rule(group, ExportData="Deny")]
told["default deny"] = "ExportData Deny" in said(
    call(server.projects.update_workbook_default_permissions, project, deny), group
)

# Content.
workbook = only(one for one in server.workbooks.get()[0] if one.name == "Orders")
workbook = call(server.workbooks.get_by_id, workbook.id)
told["workbook"] = [workbook.name, workbook.content_url, workbook.project_name, workbook.show_tabs]
call(server.workbooks.populate_views, workbook)
view = next(one for one in workbook.views if one.view_url_name == "Overview")
view = call(server.views.get_by_id, view.id)
told["view"] = [view.name, view.content_url, view.workbook_id == workbook.id]
allowed = [rule(group, Read="Allow", Filter="Allow"), rule(user, Read="Allow", ExportData="Deny")]
rules = call(server.workbooks.update_permissions, workbook, allowed)
told["rules"] = [said(rules, group), said(rules, user)]
call(server.workbooks.populate_permissions, workbook)
told["populated"] = said(workbook.permissions, user)
call(server.views.populate_permissions, view)
told["view's"] = said(view.permissions, user)
call(server.workbooks.delete_permission, workbook, rule(user, ExportData="Deny"))
server.workbooks.populate_permissions(workbook)
told["taken back"] = said(workbook.permissions, user)
told["unknown"] = refused(server.workbooks.update_permissions, workbook, [rule(group, AddComment="Allow")])
told["absent"] = [refused(server.views.get_by_id, "none~main"), refused(server.users.get_by_id, "none")]

# And nothing of it stays.
call(server.projects.delete, inside.id)
server.projects.delete(project.id)
call(server.groups.delete, group.id)
call(server.users.remove, user.id)
told["gone"] = refused(server.users.get_by_id, user.id)
call(server.auth.sign_out)

# A token that has been used.
try:
    TSC.Server(address, use_server_version=False).auth.sign_in(TSC.JWTAuth(os.environ["JWT"]))
except FailedSignInError as refusal:
    told["used"] = [refusal.code, refusal.detail]

print(json.dumps({"calls": calls, "told": told}))
