//! Files that are uploaded.

use hyper::{Method, StatusCode};
use kalends_test_support::server::Server;

#[tokio::test]
async fn a_large_file_beyond_those_that_are_being_imported_is_refused_with_words() {
    // Nothing does the jobs of this server.
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for n in 0..3 {
        server.kalends.begin_import(ada.caller, (ada.calendar, false), &format!("{n}.ics"), b"later").await.unwrap();
    }
    let large = "Dear Ada\r\n".repeat(120_000);
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"calendar\"\r\n\r\nnew\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ics\"\r\n\r\n{large}\r\n--x--\r\n"
    );
    let mut connection = server.connect().await;
    let kind = "multipart/form-data; boundary=x";
    let answer = connection.send(Method::POST, "/import", &ada.cookie, kind, &form).await.unwrap();
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let said = "3 files are being imported already. Begin the next one when one of them is done.";
    assert!(answer.text.contains(said), "{}", answer.text);
    let calendars = server.kalends.calendars(ada.caller).await.unwrap();
    assert_eq!(calendars.len(), 1, "the one that was made for the file is gone again");
    assert_eq!(server.kalends.jobs().await.unwrap().len(), 3);
}
