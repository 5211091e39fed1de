/** Endings of the files that can be read as documents; the picker offers these. */
export const DOCUMENT_ENDINGS = ["pdf", "docx", "html", "htm", "xhtml", "md", "markdown", "txt", "text"] as const;
