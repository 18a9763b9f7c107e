## Connecting an account at Microsoft 365

server-microsoft-connected = Your account at Microsoft 365 is connected.
server-microsoft-again = You are signed in with Microsoft again.
# $why says it in a sentence without a full stop.
server-microsoft-refused = Your account at Microsoft 365 was not connected: { $why }.
server-microsoft-begin-again = Your account at Microsoft 365 was not connected, because this browser has not begun it or took too long. Begin again.
