//! The marks of an event: how private and how important it is, and what it makes of its time.

use super::held::{Importance, Sensitivity, ShowAs};
use kalends_ical::syntax::{Component, Property};

const BUSY_STATUS: &str = "X-MICROSOFT-CDO-BUSYSTATUS";

fn value(component: &Component, name: &str) -> String {
    component.property(name).map(Property::text).unwrap_or_default().trim().to_ascii_uppercase()
}

impl Sensitivity {
    const ALL: [(Sensitivity, &str, Option<&str>); 4] = [
        (Sensitivity::Normal, "normal", None),
        // As Outlook writes it (\[MS-OXCICAL\] section 2.1.3.1.1.20.4); RFC 5545 section 3.8.1.3 has what is not known be private.
        (Sensitivity::Personal, "personal", Some("X-PERSONAL")),
        (Sensitivity::Private, "private", Some("PRIVATE")),
        (Sensitivity::Confidential, "confidential", Some("CONFIDENTIAL")),
    ];

    pub fn of_graph(name: &str) -> Self {
        Self::ALL
            .iter()
            .find(|(_, known, _)| known.eq_ignore_ascii_case(name))
            .map_or(Sensitivity::Normal, |(it, ..)| *it)
    }

    pub fn of_component(component: &Component) -> Self {
        match value(component, "CLASS").as_str() {
            "" | "PUBLIC" => Sensitivity::Normal,
            class => {
                let known = Self::ALL.iter().find(|(.., known)| *known == Some(class));
                known.map_or(Sensitivity::Private, |(it, ..)| *it)
            }
        }
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(it, ..)| *it == self).map_or("normal", |(_, name, _)| *name)
    }

    /// The value of CLASS; `None`: the default.
    pub fn class(self) -> Option<&'static str> {
        Self::ALL.iter().find(|(it, ..)| *it == self).and_then(|(.., class)| *class)
    }
}

impl Importance {
    pub fn of_graph(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "low" => Importance::Low,
            "high" => Importance::High,
            _ => Importance::Normal,
        }
    }

    /// PRIORITY (RFC 5545 section 3.8.1.9): 1 to 4 is high, 5 is normal, 6 to 9 is low.
    pub fn of_component(component: &Component) -> Self {
        match value(component, "PRIORITY").parse::<u8>() {
            Ok(1..=4) => Importance::High,
            Ok(6..=9) => Importance::Low,
            _ => Importance::Normal,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Importance::Low => "low",
            Importance::Normal => "normal",
            Importance::High => "high",
        }
    }

    /// The value of PRIORITY; `None`: the default.
    pub fn priority(self) -> Option<&'static str> {
        match self {
            Importance::Low => Some("9"),
            Importance::Normal => None,
            Importance::High => Some("1"),
        }
    }
}

impl ShowAs {
    const ALL: [(ShowAs, &str, &str); 5] = [
        (ShowAs::Free, "free", "FREE"),
        (ShowAs::Tentative, "tentative", "TENTATIVE"),
        (ShowAs::Busy, "busy", "BUSY"),
        (ShowAs::OutOfOffice, "oof", "OOF"),
        (ShowAs::WorkingElsewhere, "workingElsewhere", "WORKINGELSEWHERE"),
    ];

    pub fn of_graph(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name)).map_or(ShowAs::Busy, |(it, ..)| *it)
    }

    /// TRANSP and STATUS, and what Outlook says beside them as long as it does not contradict.
    pub fn of_component(component: &Component) -> Self {
        let outlook = value(component, BUSY_STATUS);
        let outlook = Self::ALL.iter().find(|(.., known)| *known == outlook).map(|(it, ..)| *it);
        let is_tentative = value(component, "STATUS") == "TENTATIVE";
        match (value(component, "TRANSP").as_str(), outlook) {
            ("TRANSPARENT", _) => ShowAs::Free,
            (_, Some(other @ (ShowAs::OutOfOffice | ShowAs::WorkingElsewhere))) => other,
            (_, Some(ShowAs::Tentative)) => ShowAs::Tentative,
            _ if is_tentative => ShowAs::Tentative,
            _ => ShowAs::Busy,
        }
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(it, ..)| *it == self).map_or("busy", |(_, name, _)| *name)
    }

    /// What it is in a text: properties and their values.
    pub fn lines(self) -> &'static [(&'static str, &'static str)] {
        match self {
            ShowAs::Busy => &[],
            ShowAs::Free => &[("TRANSP", "TRANSPARENT")],
            ShowAs::Tentative => &[(BUSY_STATUS, "TENTATIVE"), ("STATUS", "TENTATIVE")],
            ShowAs::OutOfOffice => &[(BUSY_STATUS, "OOF")],
            ShowAs::WorkingElsewhere => &[(BUSY_STATUS, "WORKINGELSEWHERE")],
        }
    }
}
