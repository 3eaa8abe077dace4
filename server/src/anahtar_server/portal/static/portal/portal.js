// What moves on the pages; everything works without it. No library, no other host.
"use strict";
(() => {
  const EVERY = 2000; // milliseconds between two looks at an unlock
  const live = document.getElementById("canli");
  const announced = document.getElementById("duyuru");
  let ends = 0;

  const say = (text) => {
    if (announced) announced.textContent = text;
  };

  const reveal = (root) => {
    for (const one of root.querySelectorAll("[data-yazdir]")) one.hidden = false;
    if (!navigator.clipboard) return;
    for (const one of root.querySelectorAll("[data-kopyala]")) one.hidden = false;
  };

  const copy = async (button) => {
    const code = document.getElementById(button.dataset.kopyala);
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      say(button.dataset.oldu);
      button.textContent = button.dataset.oldu;
    } catch {
      getSelection().selectAllChildren(code);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kopyala], [data-yazdir]");
    if (!button) return;
    if ("yazdir" in button.dataset) print();
    else copy(button);
  });

  // Programda Aç: fetch a fresh link and follow it. No browser tells whether a program took it; but a program that
  // opens takes the focus. If nothing has for some seconds, the code is there to be typed.
  const PATIENCE = 4000; // milliseconds
  const follow = (address) => {
    // In a frame: a browser that knows no program for it says so there and this page stays.
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = address;
    document.body.append(frame);
    setTimeout(() => frame.remove(), PATIENCE);
  };

  const openInProgram = async (form) => {
    const hint = document.getElementById("acilmadi");
    const button = form.querySelector("button");
    let left = false;
    const leave = () => { left = true; };
    hint.hidden = true;
    button.disabled = true;
    addEventListener("blur", leave, { once: true });
    document.addEventListener("visibilitychange", leave, { once: true });
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const link = page.getElementById("ac");
      if (link) follow(link.href);
      else if (answer.ok || answer.status === 401) return location.reload(); // it moved on meanwhile: the page says it
    } catch {
      // no connection: the hint says what to do
    }
    setTimeout(() => {
      removeEventListener("blur", leave);
      document.removeEventListener("visibilitychange", leave);
      button.disabled = false;
      hint.hidden = left;
    }, PATIENCE);
  };

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "programda-ac") return;
    event.preventDefault();
    openInProgram(event.target);
  });

  // The time left: the page says it once, the clock here goes on.
  const left = () => live.querySelector("[data-kalan]");
  const wind = () => {
    const shown = left();
    ends = shown ? performance.now() + 1000 * Number(shown.dataset.kalan) : 0;
  };
  const tick = () => {
    const shown = left();
    if (!shown || !ends) return;
    const seconds = Math.max(0, Math.round((ends - performance.now()) / 1000));
    shown.textContent = shown.dataset.bicim.replace("{m}", Math.floor(seconds / 60)).replace("{s}", seconds % 60);
    if (seconds === 120 || seconds === 30) say(shown.textContent);
  };

  const swap = (fresh) => {
    const focused = document.activeElement?.id;
    live.replaceChildren(fresh);
    document.getElementById("acilmadi").hidden = true; // whatever opened or not, the unlock moved on
    reveal(live);
    wind();
    if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
    document.title = fresh.dataset.baslik;
    say(document.getElementById("state").textContent.replace(/\s+/g, " "));
  };

  const look = async () => {
    const shown = live.firstElementChild;
    if (shown.dataset.bitti === "1") return;
    if (!document.hidden) {
      try {
        const answer = await fetch(live.dataset.adres, { credentials: "same-origin", cache: "no-store" });
        if (answer.redirected || !answer.ok) return location.reload(); // signed out meanwhile: the page says it
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-surum]");
        if (fresh.dataset.surum !== shown.dataset.surum) swap(document.adoptNode(fresh));
        live.classList.remove("gone");
      } catch {
        live.classList.add("gone"); // no connection: the next look may have one
      }
    }
    setTimeout(look, EVERY);
  };

  reveal(document);
  if (live) {
    wind();
    setInterval(tick, 1000);
    setTimeout(look, EVERY);
  }
})();
