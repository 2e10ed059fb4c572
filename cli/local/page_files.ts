export const PAGE_HTML = "<!doctype html><title>soon</title>";
export const PAGE_CSS = "";
export const PAGE_JS = "";
export const PAGE_ICON = "";
