//! What a provider says of somebody, as the configuration has it read.

use super::settings::{GroupSettings, ProviderSettings};
use kalends_domain::identities::{ClaimedGroup, Claims, GroupOfProvider};
use kalends_domain::teams::Role;
use serde_json::{Map, Value};

/// The claims of an ID token, with those of the endpoint that tells more.
pub type ClaimSet = Map<String, Value>;

/// A claim by its name, or one within others by names with dots between them, such as `realm_access.roles`.
fn find<'c>(claims: &'c ClaimSet, path: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    find(claims.get(first)?.as_object()?, rest)
}

fn text(claims: &ClaimSet, path: &str) -> Option<String> {
    find(claims, path)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Some providers write a group as a path that begins with a slash.
fn group_name(name: &str) -> &str {
    name.trim_start_matches('/')
}

fn group_names(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![group_name(one)],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(group_name).collect(),
        _ => Vec::new(),
    }
}

/// What is said of `subject`.
pub fn read(settings: &ProviderSettings, subject: &str, claims: &ClaimSet) -> Claims {
    let is_theirs = settings.trusts_email
        || match find(claims, "email_verified") {
            Some(Value::Bool(is_theirs)) => *is_theirs,
            Some(Value::String(said)) => said == "true",
            _ => false,
        };
    let names = settings.groups_claim.as_deref().map(|claim| group_names(find(claims, claim)));
    let admin_group = settings.admin_group.as_deref().map(group_name);
    let is_admin = names.as_ref().zip(admin_group).map(|(names, admin)| names.contains(&admin));
    Claims {
        issuer: settings.issuer.clone(),
        subject: subject.to_owned(),
        user_name: text(claims, &settings.user_name_claim),
        display_name: text(claims, &settings.name_claim),
        email: text(claims, &settings.email_claim).filter(|_| is_theirs),
        is_admin,
        groups: names.map(|names| groups(settings, &names)),
        time_zone: text(claims, "zoneinfo").and_then(|zone| zone.parse().ok()),
        locale: text(claims, "locale").map(|tag| tag.replace('_', "-")),
    }
}

fn groups(settings: &ProviderSettings, names: &[&str]) -> Vec<ClaimedGroup> {
    let usual = settings.groups_role.unwrap_or(Role::Member);
    let named = |name: &str| GroupOfProvider::Named(name.to_owned());
    let Some(known) = &settings.groups else {
        return names.iter().map(|name| ClaimedGroup { group: named(name), role: usual }).collect();
    };
    let here = known.iter().filter_map(|group| match group {
        GroupSettings::Name(name) => {
            let name = group_name(name);
            names.contains(&name).then(|| ClaimedGroup { group: named(name), role: usual })
        }
        GroupSettings::Table(table) => {
            let claim = group_name(&table.claim);
            let group = match (&table.group, &table.name) {
                (Some(slug), _) => GroupOfProvider::Existing(slug.clone()),
                (None, name) => named(name.as_deref().unwrap_or(claim)),
            };
            names.contains(&claim).then(|| ClaimedGroup { group, role: table.role.unwrap_or(usual) })
        }
    });
    here.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn said(more: &str, claims: Value) -> Claims {
        let least = "id = \"sso\"\nname = \"SSO\"\nissuer = \"https://id.example.org\"\nclient-id = \"kalends\"\n";
        let settings: ProviderSettings = toml::from_str(&format!("{least}{more}")).unwrap();
        read(&settings.complete().unwrap(), "7", claims.as_object().unwrap())
    }

    #[test]
    fn an_address_of_e_mail_counts_once_the_provider_has_seen_that_it_is_theirs() {
        for (claims, more, email) in [
            (json!({ "email": "a@b.c", "email_verified": true }), "", Some("a@b.c")),
            (json!({ "email": "a@b.c", "email_verified": "true" }), "", Some("a@b.c")),
            (json!({ "email": "a@b.c", "email_verified": false }), "", None),
            (json!({ "email": "a@b.c" }), "", None),
            (json!({ "email": "a@b.c" }), "trusts-email = true", Some("a@b.c")),
        ] {
            assert_eq!(said(more, claims).email.as_deref(), email);
        }
    }

    #[test]
    fn groups_and_the_role_of_an_administrator_come_from_the_claim_alone_that_is_named() {
        let claims = json!({ "groups": ["/support", "x"], "realm_access": { "roles": ["admins"] } });
        let nothing = said("", claims.clone());
        assert_eq!((nothing.groups, nothing.is_admin), (None, None));
        let all = said("groups-claim = \"groups\"\nadmin-group = \"admins\"", claims.clone());
        let names: Vec<GroupOfProvider> = all.groups.unwrap().into_iter().map(|group| group.group).collect();
        assert_eq!(names, [GroupOfProvider::Named("support".into()), GroupOfProvider::Named("x".into())]);
        assert_eq!(all.is_admin, Some(false));
        let more = "groups-claim = \"realm_access.roles\"\nadmin-group = \"admins\"\ngroups = [\"support\"]";
        let inner = said(more, claims.clone());
        assert_eq!((inner.is_admin, inner.groups), (Some(true), Some(Vec::new())));
        let more = "groups-claim = \"groups\"\ngroups = [{ claim = \"x\", name = \"Sales\", role = \"manager\" }, { claim = \"support\", group = \"help\" }]";
        let mapped = said(more, claims).groups.unwrap();
        assert_eq!(mapped[0], ClaimedGroup { group: GroupOfProvider::Named("Sales".into()), role: Role::Manager });
        assert_eq!(mapped[1], ClaimedGroup { group: GroupOfProvider::Existing("help".into()), role: Role::Member });
        // A provider that says nothing says that they are in none.
        assert_eq!(said("groups-claim = \"groups\"", json!({})).groups, Some(Vec::new()));
    }
}
