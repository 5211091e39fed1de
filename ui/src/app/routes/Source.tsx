/** The document behind a citation, opened at its span: where the features that cite meet the library. */
import { useMemo } from "react";
import { DocumentPreview } from "@/features/library/DocumentPreview";

interface Props {
  brand: string;
  citation: { document: string; start: number; end: number };
  onClose(): void;
}

const NO_TERMS: readonly string[] = [];

export function Source({ brand, citation, onClose }: Props) {
  const { document, start, end } = citation;
  const span = useMemo(() => ({ start, end }), [start, end]);
  return (
    <DocumentPreview
      key={`${document} ${start}`}
      brand={brand}
      document={document}
      span={span}
      terms={NO_TERMS}
      onClose={onClose}
    />
  );
}
