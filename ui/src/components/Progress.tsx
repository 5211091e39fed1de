interface Props {
  /** 0 to 1. */
  value: number;
  label: string;
  /** More than there is room for. */
  over?: boolean;
}

export function Progress({ value, label, over }: Props) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="h-1 w-full overflow-hidden rounded-full bg-line"
    >
      <div
        className={`h-full rounded-full duration-150 motion-safe:transition-[width] ${over ? "bg-red" : "bg-accent"}`}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
