//! The question that a change to a recurring event asks: this one, this and following, or all?

use crate::thin::OnAttribute;
use crate::ui::{Dialog, fixed};
use crate::words;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which instances of a recurring event a change is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScopeChoice {
    This,
    Following,
    All,
}

impl ScopeChoice {
    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            ScopeChoice::This => words::event_scope_this(),
            ScopeChoice::Following => words::event_scope_following(),
            ScopeChoice::All => words::event_scope_all(),
        }
    }

    /// The value in forms and addresses.
    pub fn value(self) -> &'static str {
        match self {
            ScopeChoice::This => "this",
            ScopeChoice::Following => "following",
            ScopeChoice::All => "all",
        }
    }

    /// Reads what [`Self::value`] wrote.
    pub fn from_value(value: &str) -> Option<Self> {
        [ScopeChoice::This, ScopeChoice::Following, ScopeChoice::All].into_iter().find(|scope| scope.value() == value)
    }
}

/// What is about to be done to the recurring event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeVerb {
    Change,
    Move,
    Delete,
}

impl ScopeVerb {
    fn question(self) -> &'static str {
        match self {
            ScopeVerb::Change => words::event_scope_change(),
            ScopeVerb::Move => words::event_scope_move(),
            ScopeVerb::Delete => words::event_scope_delete(),
        }
    }

    fn answer(self) -> &'static str {
        match self {
            ScopeVerb::Change => words::common_save(),
            ScopeVerb::Move => words::event_scope_do_move(),
            ScopeVerb::Delete => words::common_delete(),
        }
    }
}

/// A question to ask: put it into the context signal `RwSignal<Option<ScopeAsk>>` and [`ScopeQuestion`] shows it.
#[derive(Clone)]
pub struct ScopeAsk {
    pub verb: ScopeVerb,
    /// The answers to choose from, in this order; the first is chosen at first.
    pub choices: Vec<ScopeChoice>,
    pub choose: Callback<ScopeChoice>,
    /// Called when the person thinks better of it.
    pub cancel: Option<Callback<()>>,
}

impl ScopeAsk {
    /// Asks with all three answers.
    pub fn new(verb: ScopeVerb, choose: impl Into<Callback<ScopeChoice>>) -> Self {
        let choices = vec![ScopeChoice::This, ScopeChoice::Following, ScopeChoice::All];
        ScopeAsk { verb, choices, choose: choose.into(), cancel: None }
    }

    pub fn on_cancel(mut self, cancel: impl Into<Callback<()>>) -> Self {
        self.cancel = Some(cancel.into());
        self
    }
}

/// Makes the context signal through which parts of a page ask; [`ScopeQuestion`] must be on that page once.
pub fn provide_scope_question() -> RwSignal<Option<ScopeAsk>> {
    let asked = RwSignal::new(None::<ScopeAsk>);
    provide_context(asked);
    asked
}

/// The dialog that asks.
#[component]
pub fn ScopeQuestion() -> impl IntoView {
    let asked = use_context::<RwSignal<Option<ScopeAsk>>>().unwrap_or_else(provide_scope_question);
    let open = Signal::derive(move || asked.with(Option::is_some));
    let dismiss = Callback::new(move |()| {
        if let Some(cancel) = asked.write().take().and_then(|ask| ask.cancel) {
            cancel.run(());
        }
    });
    view! {
        <Dialog open=open on_dismiss=dismiss labelled_by="scope-question" class="dialog--small">
            {move || asked.get().map(|ask| view! { <Choices ask=ask asked=asked on_dismiss=dismiss /> })}
        </Dialog>
    }
}

#[component]
fn Choices(ask: ScopeAsk, asked: RwSignal<Option<ScopeAsk>>, on_dismiss: Callback<()>) -> impl IntoView {
    let ScopeAsk { verb, choices, choose, .. } = ask;
    let chosen = RwSignal::new(choices.first().copied().unwrap_or(ScopeChoice::This));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let choice = chosen.get_untracked();
        asked.set(None);
        choose.run(choice);
    };
    let options = choices
        .into_iter()
        .map(|choice| {
            view! {
                <label class="choice">
                    <input
                        class="checkbox"
                        type="radio"
                        name="scope"
                        value=choice.value()
                        autofocus=chosen.get_untracked() == choice
                        prop:checked=move || chosen.get() == choice
                        on:change=move |_| chosen.set(choice)
                    />
                    {choice.label()}
                </label>
            }
        })
        .collect_view();
    let confirm = if verb == ScopeVerb::Delete { "button button--danger" } else { "button button--primary" };
    view! {
        <form on:submit=submit>
            <div class="dialog__head">
                <h2 id="scope-question">{verb.question()}</h2>
            </div>
            <fieldset class="dialog__body">
                {fixed(&["<legend class=\"visually-hidden\">", words::event_scope_which(), "</legend>"])}
                <div>{options}</div>
            </fieldset>
            <div class="dialog__foot">
                <button type="button" class="button" on:click=move |_| on_dismiss.run(())>
                    {words::common_cancel()}
                </button>
                <button type="submit" class=confirm>
                    {verb.answer()}
                </button>
            </div>
        </form>
    }
}
