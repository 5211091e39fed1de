/** Providers of models elsewhere: where they are, what may be sent there, their accounts, and where keys are kept. */
import { CloudOff, KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { IconButton } from "@/components/IconButton";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { AccountView, KeysView, ProviderKindView, ProviderView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useAction, useCommand } from "@/rpc/query";

const CHANGED = ["provider_list", "model_list", "app_status"] as const;

function Account({ account }: { account: AccountView }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const test = useAction("account_test", CHANGED);
  const set = useAction("account_set", CHANGED);
  const remove = useAction("account_remove", CHANGED);
  const error = test.error ?? set.error ?? remove.error ?? test.data?.problem;
  return (
    <li className="py-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <KeyRound size={14} strokeWidth={1.75} aria-hidden className="text-muted" />
        <span>{account.label}</span>
        <span className="text-small text-muted">
          {[
            t(account.has_key ? "providers.keyKept" : "providers.noKey"),
            account.limit_tokens === null
              ? undefined
              : t("providers.allowance", {
                  used: formats.number(account.used_tokens),
                  limit: formats.number(account.limit_tokens),
                }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {account.refusal ? <Status tone="attention">{t(`providers.refusal.${account.refusal}`)}</Status> : null}
        {test.data?.ok ? (
          <Status tone="ok">
            {t("providers.good", {
              count: test.data.models,
              amount: formats.number(test.data.models),
              time: formats.number(test.data.latency_ms),
            })}
          </Status>
        ) : null}
        <span className="ml-auto flex items-center gap-2">
          <Button disabled={test.isPending} onClick={() => test.mutate({ account: account.id })}>
            {t(test.isPending ? "providers.testing" : "providers.test")}
          </Button>
          <Button look="quiet" onClick={() => set.mutate({ account: account.id, is_off: !account.is_off })}>
            {t(account.is_off ? "providers.turnOn" : "providers.turnOff")}
          </Button>
          <IconButton
            icon={Trash2}
            label={t("providers.removeAccount", { name: account.label })}
            disabled={remove.isPending}
            onClick={() => remove.mutate({ account: account.id })}
          />
        </span>
      </div>
      {error ? (
        <div className="mt-1">
          <ErrorNote error={error} />
        </div>
      ) : null}
    </li>
  );
}

function Provider({ provider }: { provider: ProviderView }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const set = useAction("provider_set", CHANGED);
  const remove = useAction("provider_remove", CHANGED);
  const error = set.error ?? remove.error;
  const agree = (agreed: boolean) => set.mutate({ provider: provider.id, agreed });
  return (
    <li className="border-b border-line py-3 first:pt-0 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{provider.name}</span>
        <span className="text-small text-muted [overflow-wrap:anywhere]">{provider.host}</span>
        {provider.is_off ? <Status tone="paused">{t("providers.off")}</Status> : null}
        {provider.health === "down" ? <Status tone="wrong">{t("providers.down")}</Status> : null}
        <span className="ml-auto flex items-center gap-2">
          <Button
            look="quiet"
            onClick={() =>
              set.mutate({ provider: provider.id, priority: provider.priority === "primary" ? "secondary" : "primary" })
            }
          >
            {t(`providers.${provider.priority}`)}
          </Button>
          <Button look="quiet" onClick={() => set.mutate({ provider: provider.id, is_off: !provider.is_off })}>
            {t(provider.is_off ? "providers.turnOn" : "providers.turnOff")}
          </Button>
          <IconButton
            icon={Trash2}
            label={t("providers.remove", { name: provider.name })}
            disabled={remove.isPending}
            onClick={() => remove.mutate({ provider: provider.id })}
          />
        </span>
      </div>
      {provider.is_here ? (
        <p className="text-small text-muted">{t("providers.here")}</p>
      ) : provider.agreed_at ? (
        <p className="flex flex-wrap items-center gap-x-3 text-small text-muted">
          {t("providers.agreed", { host: provider.host, when: formats.date(provider.agreed_at) })}
          <Button look="quiet" disabled={set.isPending} onClick={() => agree(false)}>
            {t("providers.takeBack")}
          </Button>
        </p>
      ) : (
        <div className="mt-2 rounded bg-sunk px-3 py-2">
          <p className="font-medium">{t("providers.notAgreed", { host: provider.host })}</p>
          <p className="mt-0.5 text-pretty text-muted">{t("providers.whatIsSent")}</p>
          <Button className="mt-2" disabled={set.isPending} onClick={() => agree(true)}>
            {t("providers.agree", { host: provider.host })}
          </Button>
        </div>
      )}
      {provider.is_readable ? (
        <p className="mt-1 text-small text-amber">{t("providers.readable", { host: provider.host })}</p>
      ) : null}
      <ul className="mt-1.5">
        {provider.accounts.map((account) => (
          <Account key={account.id} account={account} />
        ))}
      </ul>
      {error ? <ErrorNote error={error} /> : null}
    </li>
  );
}

/** Where keys are kept, and the passphrase where there is no keychain. */
function Keys({ keys }: { keys: KeysView }) {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const unlock = useAction("keys_unlock", ["provider_list"]);
  const [passphrase, setPassphrase] = useState("");
  if (keys.place === "keychain") return <p className="text-small text-muted">{t("providers.keychain")}</p>;
  if (keys.unlocked) return <p className="text-small text-muted">{t("providers.sealed")}</p>;
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        unlock.mutate({ passphrase }, { onSettled: () => setPassphrase("") });
      }}
    >
      <div className="min-w-0 flex-1">
        <Field
          label={t(keys.exists ? "providers.passphrase" : "providers.newPassphrase")}
          hint={t("providers.passphraseHint")}
          error={unlock.error ? say.error(unlock.error) : undefined}
        >
          {(wiring) => (
            <input
              {...wiring}
              type="password"
              autoComplete="off"
              value={passphrase}
              onChange={(event) => setPassphrase(event.target.value)}
              className="control"
            />
          )}
        </Field>
      </div>
      <Button type="submit" className="mb-[23px] h-8!" disabled={unlock.isPending || passphrase === ""}>
        {t(keys.exists ? "providers.unlock" : "providers.choose")}
      </Button>
    </form>
  );
}

function Add({ kinds, onDone }: { kinds: readonly ProviderKindView[]; onDone(): void }) {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const add = useAction("provider_add", CHANGED);
  const [kind, setKind] = useState(kinds[0]?.kind ?? "openai");
  const [address, setAddress] = useState("");
  const [key, setKey] = useState("");
  const usual = kinds.find((known) => known.kind === kind)?.address;
  const submit = () =>
    add.mutate(
      { kind, ...(address.trim() ? { address: address.trim() } : {}), ...(key.trim() ? { key } : {}) },
      {
        onSuccess: () => {
          setKey("");
          add.reset();
          onDone();
        },
      },
    );
  return (
    <form
      className="mt-3 grid gap-3 rounded border border-line bg-raised p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field label={t("providers.kind")}>
        {(wiring) => (
          <select
            {...wiring}
            value={kind}
            onChange={(event) => setKind(event.target.value as typeof kind)}
            className="control"
          >
            {kinds.map((known) => (
              <option key={known.kind} value={known.kind}>
                {known.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label={t("providers.address")}
        hint={usual ? t("providers.usual", { address: usual }) : t("providers.own")}
      >
        {(wiring) => (
          <input {...wiring} value={address} onChange={(event) => setAddress(event.target.value)} className="control" />
        )}
      </Field>
      <Field
        label={t("providers.key")}
        hint={t("providers.keyHint")}
        error={add.error ? say.error(add.error) : undefined}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="password"
            autoComplete="off"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            className="control"
          />
        )}
      </Field>
      <div className="flex gap-2">
        <Button look="primary" type="submit" disabled={add.isPending}>
          {t("providers.add")}
        </Button>
        <Button look="quiet" onClick={onDone}>
          {t("providers.cancel")}
        </Button>
      </div>
    </form>
  );
}

export function Providers() {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = useCommand("provider_list", {});
  const [adding, setAdding] = useState(false);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={3} />;
  return (
    <>
      {data.providers.length === 0 ? (
        <p className="flex items-center gap-2 text-muted">
          <CloudOff size={14} strokeWidth={1.75} aria-hidden className="shrink-0" />
          {t("providers.none")}
        </p>
      ) : (
        <ul>
          {data.providers.map((provider) => (
            <Provider key={provider.id} provider={provider} />
          ))}
        </ul>
      )}
      {adding ? (
        <Add kinds={data.kinds} onDone={() => setAdding(false)} />
      ) : (
        <Button icon={Plus} className="mt-3" onClick={() => setAdding(true)}>
          {t("providers.addAccount")}
        </Button>
      )}
      <div className="mt-4 border-t border-line pt-3">
        <Keys keys={data.keys} />
      </div>
    </>
  );
}
