// Loads the page again when a file was saved, and finds back to the same place in the letter.
"use strict";

const OFTEN = 500; // milliseconds
const version = document.documentElement.dataset.version;
const frame = document.querySelector("iframe");
const place = "place";

frame?.addEventListener("load", () => {
  frame.contentWindow.scrollTo(0, Number(sessionStorage.getItem(place)));
  sessionStorage.removeItem(place);
});

async function look() {
  try {
    const answer = await fetch("/version", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== version) {
      sessionStorage.setItem(place, String(frame?.contentWindow.scrollY ?? 0));
      location.reload();
      return;
    }
  } catch {
    // The preview was ended; it may come back.
  }
  setTimeout(look, OFTEN);
}

setTimeout(look, OFTEN);
