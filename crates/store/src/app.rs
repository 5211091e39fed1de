//! `app.db`: what belongs to the application and not to one brand.

mod brand;
mod ledger_entry;
mod model_probe;
mod provider;
mod setting;
mod usage_record;

pub use brand::{BrandRow, BrandTableReader, BrandTableWriter};
pub use ledger_entry::{LedgerEntryReader, LedgerEntryRow, LedgerEntryWriter};
pub use model_probe::{ModelProbeReader, ModelProbeRow, ModelProbeWriter};
pub use provider::{AccountRow, ProviderModelRow, ProviderReader, ProviderRow, ProviderWriter};
pub use setting::{SettingReader, SettingRow, SettingWriter};
pub use usage_record::{UsageReader, UsageRecordRow, UsageWriter};

use crate::{
    StoreError,
    table::{database_handles, store},
};

store! {
    /// The application's database.
    AppStore, AppReader, AppWriter
}

impl AppStore {
    /// As `write`, waiting on this thread: for the moment when the folder is being opened.
    pub(crate) fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AppWriter<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.database.write_blocking(move |connection| work(&mut AppWriter { read: AppReader { connection } }))
    }
}

impl AppWriter<'_> {
    /// Deletes every row of every table but the setting `sealed`, which keeps the program from talking to anybody. Answers
    /// how many there were.
    pub fn erase_all(&mut self) -> Result<u32, StoreError> {
        let mut deleted = 0;
        for statement in [
            "DELETE FROM brand",
            "DELETE FROM model_probe",
            "DELETE FROM setting WHERE key <> 'sealed'",
            "DELETE FROM ledger_entry",
            "DELETE FROM provider",
            "DELETE FROM usage_record",
            "DELETE FROM budget",
        ] {
            deleted += self.connection.execute(statement, [])? as u32;
        }
        Ok(deleted)
    }
}

database_handles! {
    /// One moment of `app.db`, for reading.
    AppReader,
    /// One transaction on `app.db`; reads see its own writes.
    AppWriter,
    {
        /// Brands.
        brands: BrandTableReader, BrandTableWriter;
        /// What was found out about models.
        model_probes: ModelProbeReader, ModelProbeWriter;
        /// Settings.
        settings: SettingReader, SettingWriter;
        /// Providers with their accounts and models.
        providers: ProviderReader, ProviderWriter;
        /// What calls used, and budgets.
        usage: UsageReader, UsageWriter;
        /// Connections that were made.
        ledger: LedgerEntryReader, LedgerEntryWriter;
    }
}
