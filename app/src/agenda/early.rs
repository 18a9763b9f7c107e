//! What a page does by a script in its head, from before the WebAssembly is there.

/// The script, for all pages that are hydrated.
///
/// A drag over events is no click: until the page is taken over nothing else stops the link below the pointer.
///
/// "Back" closes an event's dialog and stays on the page. The open dialog has an entry in the history, of the same address, that is
/// kept when the dialog closes otherwise: it serves the next one, and is passed over on the way back. Where it would take the way
/// forward from somebody, there is none. The dialog is asked as by Escape, so that it can keep what was typed; then it has an entry again
/// as soon as it had its say, before anything else can go back another time.
pub const SCRIPT: &str = "(()=>{\
let down,at=history.state?.dialog,url=location.href;\
addEventListener('pointerdown',e=>down=e,true);\
addEventListener('click',e=>{\
if(e.detail&&down&&e.target.closest('.grid,.month')&&Math.hypot(e.clientX-down.clientX,e.clientY-down.clientY)>5)e.preventDefault()\
},true);\
const open=()=>document.querySelector('.event-dialog[open]'),\
enter=()=>{\
if(!open()||history.state?.dialog)return;\
const n=window.navigation,next=n?.entries()[n.currentEntry.index+1];\
if(next&&next.url!=location.href)return;\
history.pushState({dialog:at=1},'');url=location.href\
};\
new MutationObserver(enter).observe(document,{subtree:true,attributeFilter:['open']});\
addEventListener('popstate',e=>{\
const left=at;at=e.state?.dialog;\
if(!left||at||location.href!=url)return;\
e.stopImmediatePropagation();\
const dialogs=[...document.querySelectorAll('dialog[open]')];\
if(!dialogs.length)return history.back();\
for(const d of dialogs.reverse())d.dispatchEvent(new Event('cancel',{cancelable:true}));\
setTimeout(enter)\
})})()";
