import {
  FileCode2,
  FileSpreadsheet,
  FileText,
  FileType2,
  Globe,
  Lock,
  type LucideIcon,
  Mail,
  NotebookText,
  Presentation,
  ScrollText,
} from "lucide-react";
import type { DocumentFormat, DocumentView } from "@/generated/rpc";

const ICONS: Record<DocumentFormat, LucideIcon> = {
  pdf: FileText,
  docx: FileType2,
  html: FileCode2,
  markdown: NotebookText,
  text: ScrollText,
  pptx: Presentation,
  xlsx: FileSpreadsheet,
  ods: FileSpreadsheet,
  csv: FileSpreadsheet,
  eml: Mail,
};

/** What kind of document it is, at a glance. */
export function FormatIcon({ document }: { document: Pick<DocumentView, "format" | "source" | "problems"> }) {
  const locked = document.problems.some(({ kind }) => kind === "encrypted");
  const web = document.source ? /^https?:/.test(document.source) : false;
  const Icon = locked ? Lock : web ? Globe : document.format ? ICONS[document.format] : FileText;
  return <Icon size={16} strokeWidth={1.5} aria-hidden className="shrink-0 text-muted" />;
}
