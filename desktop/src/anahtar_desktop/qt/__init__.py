"""The window: one question a page. It decides nothing; `anahtar_desktop.assistant` asks, and these pages answer."""
