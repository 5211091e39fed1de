const COLORS = 12;

/** The colour that tells one client from another; the name always stands beside it. */
export function BrandDot({ color }: { color: number }) {
  return <span aria-hidden className="brand-dot" data-color={color % COLORS} />;
}
