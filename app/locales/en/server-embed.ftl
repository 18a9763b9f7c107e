# The page that shows what a public link looks like in other websites, and the code for that.
server-embed-title = Embed events
server-embed-lead = What everybody sees who has the address of one of your public links can stand in another website. Choose a link and how it is shown; below is what it looks like, and the code for it.
server-embed-none = You have no public links yet. They are made where a calendar is shared.
server-embed-calendars = Your calendars
server-embed-link = Public link
# $name: what a link is called. It holds no more.
server-embed-ended = { $name } (ended)
server-embed-layout = Layout
server-embed-layout-list = The next events
server-embed-layout-month = A month
server-embed-limit = How many events
server-embed-language = Language
server-embed-language-browser = As in the visitor's browser
server-embed-theme = Colours
server-embed-theme-auto = As in the visitor's browser
server-embed-theme-light = Light
server-embed-theme-dark = Dark
server-embed-address = Address of the link
server-embed-address-hint = Paste any address of the link, so that the code is complete. The server keeps a fingerprint of it alone and cannot show it again.
server-embed-address-wrong = This is no address of a public link here.
server-embed-new-address = Make a new address
server-embed-show = Show
server-embed-preview = What it looks like
# $name: what a link is called.
server-embed-preview-of = { $name }, as other websites show it
server-embed-preview-gone = This link leads nowhere: it has ended, or shows no calendar any more.
server-embed-code = Code
server-embed-code-open = Put the address of the link in the place of ADDRESS.
server-embed-frames = A frame is shown by websites that this server is told to allow.
