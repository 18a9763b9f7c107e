//! The privileges that there are (RFC 3744 section 5.3, RFC 6638 section 6).

use insta::assert_snapshot;
use kalends_test_support::requests::propfind;
use kalends_test_support::server::Server;
use kalends_test_support::snapshots::shown;

#[tokio::test]
async fn a_calendar_tells_which_privileges_there_are() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let answer = ada.propfind(&ada.at(""), "0", &propfind("<D:supported-privilege-set/>")).await;
    assert_snapshot!(shown(&answer), @r#"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:supported-privilege-set>
              <D:supported-privilege>
                <D:privilege><D:all/></D:privilege>
                <D:description lang="en">Everything</D:description>
                <D:supported-privilege>
                  <D:privilege><D:read/></D:privilege>
                  <D:description lang="en">Read the calendar</D:description>
                  <D:supported-privilege>
                    <D:privilege><C:read-free-busy/></D:privilege>
                    <D:description lang="en">Read when the owner is busy</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><D:read-current-user-privilege-set/></D:privilege>
                    <D:description lang="en">Read one's own privileges</D:description>
                  </D:supported-privilege>
                </D:supported-privilege>
                <D:supported-privilege>
                  <D:privilege><D:write/></D:privilege>
                  <D:description lang="en">Change the calendar</D:description>
                  <D:supported-privilege>
                    <D:privilege><D:write-properties/></D:privilege>
                    <D:description lang="en">Change the calendar's properties</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><D:write-content/></D:privilege>
                    <D:description lang="en">Change objects</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><D:bind/></D:privilege>
                    <D:description lang="en">Add objects</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><D:unbind/></D:privilege>
                    <D:description lang="en">Remove objects</D:description>
                  </D:supported-privilege>
                </D:supported-privilege>
                <D:supported-privilege>
                  <D:privilege><C:schedule-deliver/></D:privilege>
                  <D:description lang="en">Send to the inbox</D:description>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-deliver-invite/></D:privilege>
                    <D:description lang="en">Invite</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-deliver-reply/></D:privilege>
                    <D:description lang="en">Answer</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-query-freebusy/></D:privilege>
                    <D:description lang="en">Ask when the owner is busy</D:description>
                  </D:supported-privilege>
                </D:supported-privilege>
                <D:supported-privilege>
                  <D:privilege><C:schedule-send/></D:privilege>
                  <D:description lang="en">Send from the outbox</D:description>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-send-invite/></D:privilege>
                    <D:description lang="en">Invite</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-send-reply/></D:privilege>
                    <D:description lang="en">Answer</D:description>
                  </D:supported-privilege>
                  <D:supported-privilege>
                    <D:privilege><C:schedule-send-freebusy/></D:privilege>
                    <D:description lang="en">Ask when others are busy</D:description>
                  </D:supported-privilege>
                </D:supported-privilege>
                <D:supported-privilege>
                  <D:privilege><D:read-acl/></D:privilege>
                  <D:description lang="en">Read who has access</D:description>
                </D:supported-privilege>
                <D:supported-privilege>
                  <D:privilege><D:write-acl/></D:privilege>
                  <D:description lang="en">Change who has access</D:description>
                </D:supported-privilege>
              </D:supported-privilege>
            </D:supported-privilege-set>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    "#);
}
