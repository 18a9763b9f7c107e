//! Icons that only mail has: path data as in [`crate::ui::icon`].

pub const PEN: &str = "M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19zM14 7l3 3";
pub const FOLDER: &str =
    "M4 7.5A1.5 1.5 0 0 1 5.5 6H9l2 2.5h7.5A1.5 1.5 0 0 1 20 10v7a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17z";
pub const INBOX: &str = "M4 13.5 6.4 6.6A1.5 1.5 0 0 1 7.8 5.5h8.4a1.5 1.5 0 0 1 1.4 1.1L20 13.5v3.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17zM4 13.5h4.5a3.5 3.5 0 0 0 7 0H20";
pub const SEND: &str = "M20 4 3.5 10.5l6.5 3 3 6.5zM20 4l-10 9.5";
pub const ARCHIVE: &str = "M4 6.5h16v3.5H4zM5.5 10v8A1.5 1.5 0 0 0 7 19.5h10a1.5 1.5 0 0 0 1.5-1.5v-8M10 13.5h4";
pub const JUNK: &str = "M8.2 4h7.6L20 8.2v7.6L15.8 20H8.2L4 15.8V8.2zM12 8v4.5M12 16h.01";
pub const REPLY: &str = "M10 6 4.5 11.5 10 17M4.5 11.5H14a5.5 5.5 0 0 1 5.5 5.5v1.5";
pub const REPLY_ALL: &str = "M12 6l-5.5 5.5L12 17M7.5 6 2 11.5 7.5 17M6.5 11.5H15a5.5 5.5 0 0 1 5.5 5.5v1.5";
pub const FORWARD: &str = "m14 6 5.5 5.5L14 17M19.5 11.5H10A5.5 5.5 0 0 0 4.5 17v1.5";
pub const STAR: &str = "m12 4 2.5 5.1 5.6.8-4.1 4 1 5.6-5-2.7-5 2.7 1-5.6-4.1-4 5.6-.8z";
pub const STAR_OFF: &str = "m12 4 2.5 5.1 5.6.8-4.1 4 1 5.6-5-2.7-5 2.7 1-5.6-4.1-4 5.6-.8zM4 20 20 4";
pub const CLIP: &str =
    "m19 11-7.4 7.4a4.4 4.4 0 0 1-6.2-6.2l7.7-7.7a2.9 2.9 0 0 1 4.1 4.1l-7.5 7.5a1.4 1.4 0 0 1-2-2l6.8-6.8";
pub const SEARCH: &str = "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20";
pub const BOLD: &str = "M8 5v14h5.5a3.75 3.75 0 0 0 0-7.5H8h4.5a3.25 3.25 0 0 0 0-6.5z";
pub const ITALIC: &str = "M10 5h7M7 19h7M13.5 5l-3 14";
pub const UNDERLINE: &str = "M7.5 5v6a4.5 4.5 0 0 0 9 0V5M6 20h12";
pub const LIST: &str = "M9.5 7H19M9.5 12H19M9.5 17H19M5.5 7h.01M5.5 12h.01M5.5 17h.01";
pub const NUMBERS: &str = "M10.5 7H19M10.5 12H19M10.5 17H19M5 6l1.3-.8V9M5 14.8h2.6L5.2 18.5h2.5";
pub const QUOTE: &str = "M6 5.5v13M10 8.5h9M10 12h9M10 15.5h6";
pub const LINK: &str =
    "M10.5 13.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M13.5 10.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1";
pub const PLAIN: &str = "M6 7V5h12v2M12 5v9M9.5 19h5M5 4l14 16";
pub const BACK: &str = "m14 6-6 6 6 6";
pub const READ: &str = "M4 10.5 12 5l8 5.5V18a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zM4 10.5l8 5 8-5";
pub const UNREAD: &str = "M4 7.5A1.5 1.5 0 0 1 5.5 6h13A1.5 1.5 0 0 1 20 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 16.5zM4.5 7.5 12 13l7.5-5.5";
