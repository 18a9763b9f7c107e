//! What the reports about objects have in common: the calendar, the properties that are asked for, the writing of objects.

use super::super::Call;
use super::super::error::Failure;
use super::super::headers::Preferences;
use super::super::props::{CalendarData, Live, ObjectView, PropertyRequest, View, access_list};
use super::super::resource::{self, Resource};
use super::super::stream::Multistatus;
use super::super::target::Target;
use super::super::xml::Element;
use super::data;
use kalends_domain::access::Held;
use kalends_domain::objects::{Object, ObjectHead, Place};
use kalends_domain::sharing::AccessList;
use kalends_ical::project::DataRequest;
use kalends_ical::time::Zone;

/// How many objects are read from the store at once.
const BATCH: usize = 100;

/// A report on the objects of one calendar.
pub struct ObjectReport {
    pub call: Call,
    pub calendar: Held,
    pub preferences: Preferences,
    properties: PropertyRequest,
    access_list: Option<AccessList>,
    data: DataRequest,
    /// The zone that floating times and days are read in.
    pub floating: Zone,
    /// The href that a client knows the next object by, where that is not the object's own.
    pub asked_at: Option<String>,
}

impl ObjectReport {
    /// `root` is the report's element.
    pub async fn of(call: Call, root: &Element) -> Result<Self, Failure> {
        let (Target::Calendar(calendar) | Target::Object(Place { calendar, .. })) = &call.target else {
            return Err(Failure::not_found());
        };
        let calendar = calendar.clone();
        // A report without any says nothing about the objects but that they are there.
        let properties = PropertyRequest::in_report(root)?;
        let data = match root.dav("prop").and_then(|prop| prop.caldav("calendar-data")) {
            Some(element) => data::request(element)?,
            None => DataRequest::default(),
        };
        let floating = data::floating_zone(root, &calendar, call.kalends.limits().text.nesting)?;
        let preferences = Preferences::of(&call.headers);
        let access_list = access_list(&call, &calendar, &properties).await?;
        Ok(ObjectReport { call, calendar, preferences, properties, access_list, data, floating, asked_at: None })
    }

    /// Where the calendar is for the client: what is shared with it stands in more than one home.
    pub fn collection(&self) -> String {
        let (owner, slug) = self.place();
        self.call.tree.calendar_href(owner, slug)
    }

    fn place(&self) -> (&str, &str) {
        match &self.call.resource {
            Resource::Calendar { owner, slug } | Resource::Object { owner, calendar: slug, .. } => (owner, slug),
            _ => (&self.calendar.owner_slug, &self.calendar.slug),
        }
    }

    /// Whether the calendar is at `/{owner}/{slug}/`.
    pub fn is_at(&self, owner: &str, slug: &str) -> bool {
        (owner, slug) == self.place() || (owner, slug) == (&*self.calendar.owner_slug, &*self.calendar.slug)
    }

    fn href(&self, name: &str) -> String {
        match &self.asked_at {
            Some(href) => href.clone(),
            None => format!("{}{}", self.collection(), resource::encode(name)),
        }
    }

    /// Writes those of `heads` that still exist, with their text when that is asked for.
    pub async fn write(&self, out: &mut Multistatus, heads: Vec<ObjectHead>) -> Result<(), Failure> {
        if self.properties.asks_for(Live::CalendarData) {
            let names: Vec<String> = heads.into_iter().map(|head| head.name).collect();
            for names in names.chunks(BATCH) {
                self.write_named(out, names).await?;
            }
        } else {
            for head in &heads {
                self.write_one(out, head, CalendarData::None);
                out.pass_on().await?;
            }
        }
        Ok(())
    }

    /// Writes the objects among `names` with their text; yields the names of those that exist.
    pub async fn write_named(&self, out: &mut Multistatus, names: &[String]) -> Result<Vec<String>, Failure> {
        let Call { kalends, caller, .. } = &self.call;
        let mut found: Vec<String> = Vec::with_capacity(names.len());
        loop {
            let after = found.last().map_or("", String::as_str);
            let page = kalends.objects_named(*caller, self.calendar.id, names, after).await?;
            if page.is_empty() {
                return Ok(found);
            }
            for Object { head, text } in page {
                self.write_object(out, &head, text).await?;
                out.pass_on().await?;
                found.push(head.name);
            }
        }
    }

    async fn write_object(&self, out: &mut Multistatus, head: &ObjectHead, text: String) -> Result<(), Failure> {
        if self.data == DataRequest::default() || !self.properties.asks_for(Live::CalendarData) {
            self.write_one(out, head, CalendarData::Text(&text));
            return Ok(());
        }
        match self.call.kalends.project(text, &self.data, &self.floating).await {
            Ok(text) => self.write_one(out, head, CalendarData::Text(&text)),
            // One object's recurrences do not keep the others back.
            Err(kalends_domain::Error::TooManyInstances { .. }) => {
                let href = self.href(&head.name);
                out.error(&href, "HTTP/1.1 403 Forbidden", "C:max-instances");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn write_one(&self, out: &mut Multistatus, head: &ObjectHead, data: CalendarData<'_>) {
        let href = self.href(&head.name);
        let view =
            View::Object(ObjectView { head, calendar: &self.calendar, access_list: self.access_list.as_ref(), data });
        let minimal = self.preferences.minimal;
        out.response(&href, |xml| view.write_propstats(&self.properties, &self.call.who, minimal, xml));
    }
}
