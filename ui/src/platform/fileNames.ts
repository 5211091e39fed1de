/** Endings of the files that can be read as documents; the picker offers these. */
export const DOCUMENT_ENDINGS = [
  ...[
    "pdf",
    "docx",
    "docm",
    "dotx",
    "pptx",
    "pptm",
    "ppsx",
    "potx",
    "xlsx",
    "xlsm",
    "xlsb",
    "xltx",
    "xls",
    "ods",
    "csv",
  ],
  ...["tsv", "html", "htm", "xhtml", "md", "markdown", "txt", "text", "eml"],
] as const;
