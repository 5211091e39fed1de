interface Props {
  /** 0 to 1. */
  value: number;
  label: string;
}

export function Progress({ value, label }: Props) {
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
        className="h-full rounded-full bg-accent duration-150 motion-safe:transition-[width]"
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
