//! Writes of content, each of which leaves one event.

use super::changes::Writing;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::callers::CallError;

/// The id that a write has told.
fn id(told: &Value, member: &str) -> String {
    told[member].as_str().unwrap_or_default().to_owned()
}

/// Everything that is written of workspaces, files, workbooks, tags and grants.
pub(super) async fn of_content(writing: &mut Writing) -> Result<(), CallError> {
    let list = "/v2/workspaces";
    let made = writing.write(Method::POST, (list, list), Some(json!({"name": "Embeds"})), "workspace_made").await?;
    let workspace = id(&made, "workspaceId");
    let new = json!({"type": "folder", "name": "Inside", "parentId": workspace});
    let folder = id(&writing.write(Method::POST, ("/v2/files", "/v2/files"), Some(new), "folder_made").await?, "id");
    let (list, new) = ("/v2/workbooks", json!({"name": "Empty", "folderId": folder}));
    let made = writing.write(Method::POST, (list, list), Some(new), "workbook_made").await?;
    let workbook = id(&made, "workbookId");
    let (list, tagged) = ("/v2/workbooks/tag", json!({"workbookId": workbook, "tag": "beta"}));
    writing.write(Method::POST, (list, list), Some(tagged), "tag_set").await?;
    let copy = || Some(json!({"name": "Copy", "destinationFolderId": workspace}));
    let mut copies = Vec::new();
    for pattern in ["/v2/workbooks/{id}/copy", "/v2/workbooks/{id}/tag/{tag}/copy"] {
        let path = pattern.replace("{id}", &workbook).replace("{tag}", "beta");
        let made = writing.write(Method::POST, (pattern, &path), copy(), "workbook_copied").await?;
        copies.push(id(&made, "workbookId"));
    }
    of_grants(writing, &workspace, &workbook).await?;
    let renamed = || Some(json!({"name": "Embedded"}));
    let moved = || Some(json!({"parentId": workspace}));
    for (method, pattern, own, body, event) in [
        (Method::DELETE, "/v2/workbooks/{id}/tags/{tag}", &workbook, None, "tag_removed"),
        (Method::PATCH, "/v2/files/{id}", &workbook, moved(), "workbook_moved"),
        (Method::PATCH, "/v2/files/{id}", &folder, renamed(), "folder_changed"),
        (Method::PATCH, "/v2/workspaces/{id}", &workspace, renamed(), "workspace_changed"),
        (Method::DELETE, "/v2/files/{id}", &workbook, None, "workbook_thrown_away"),
        (Method::DELETE, "/v2/files/{id}", &copies[0], None, "workbook_thrown_away"),
        (Method::DELETE, "/v2/files/{id}", &copies[1], None, "workbook_thrown_away"),
        (Method::DELETE, "/v2/files/{id}", &folder, None, "folder_deleted"),
        (Method::DELETE, "/v2/workspaces/{id}", &workspace, None, "workspace_deleted"),
    ] {
        let path = pattern.replace("{id}", own).replace("{tag}", "beta");
        writing.write(method, (pattern, &path), body, event).await?;
    }
    Ok(())
}

async fn of_grants(writing: &mut Writing, workspace: &str, workbook: &str) -> Result<(), CallError> {
    let team = writing.world.vitrine.root().await?.id("/api/v1/teams?name=Nobodies").await?;
    let grantee = json!({ "teamId": team });
    let list = "/v2/grants";
    let new = json!({"inodeId": workbook, "grantee": grantee, "permission": "view"});
    let made = writing.write(Method::POST, (list, list), Some(new), "grant_made").await?;
    let path = format!("/v2/grants/{}", id(&made, "grantId"));
    writing.write(Method::DELETE, ("/v2/grants/{id}", &path), None, "grant_deleted").await?;
    let connection = writing.world.vitrine.root().await?.id("/api/v1/connections?name=files").await?;
    let model = writing.world.vitrine.root().await?.id("/api/v1/models?name=shop").await?;
    let table = format!("{model}~orders");
    for (list, own, word) in [
        ("/v2/workspaces/{id}/grants", workspace, "organize"),
        ("/v2/workbooks/{id}/grants", workbook, "edit"),
        ("/v2/connections/{id}/grants", connection.as_str(), "usage"),
        ("/v2/connections/paths/{id}/grants", table.as_str(), "annotate"),
        ("/v2/dataModels/{id}/grants", model.as_str(), "explore"),
    ] {
        let several = json!({"grants": [{"grantee": grantee, "permission": word}]});
        let path = list.replace("{id}", own);
        // Of the model there is one already, which is used to as far.
        let event = if own == model { "grants_kept" } else { "grant_made" };
        writing.write(Method::POST, (list, &path), Some(several), event).await?;
        let all = writing.program.get(&path).await?.json();
        let grant = all["entries"].as_array().and_then(|all| all.iter().find(|one| one["teamId"] == team.as_str()));
        let grant = grant.map(|grant| id(grant, "grantId")).unwrap_or_default();
        let (pattern, path) = (format!("{list}/{{grant}}"), format!("{path}/{grant}"));
        writing.write(Method::DELETE, (&pattern, &path), None, "grant_deleted").await?;
    }
    Ok(())
}
