//! The shape every table has: a handle that reads, and one that writes and reads.

/// Declares a table's read handle and write handle; the write handle gives all methods of the read handle.
macro_rules! table_handles {
    ($(#[$read_doc:meta])* $reader:ident, $(#[$write_doc:meta])* $writer:ident) => {
        $(#[$read_doc])*
        #[derive(Clone, Copy)]
        pub struct $reader<'a> {
            pub(crate) connection: &'a rusqlite::Connection,
        }

        $(#[$write_doc])*
        pub struct $writer<'a> {
            pub(crate) read: $reader<'a>,
        }

        impl<'a> std::ops::Deref for $writer<'a> {
            type Target = $reader<'a>;

            fn deref(&self) -> &Self::Target {
                &self.read
            }
        }
    };
}

/// Declares a database's reader and writer, with one method a table on each.
macro_rules! database_handles {
    (
        $(#[$read_doc:meta])* $reader:ident, $(#[$write_doc:meta])* $writer:ident,
        { $($(#[$method_doc:meta])* $method:ident: $table_reader:ident, $table_writer:ident;)+ }
    ) => {
        $(#[$read_doc])*
        #[derive(Clone, Copy)]
        pub struct $reader<'a> {
            connection: &'a rusqlite::Connection,
        }

        impl<'a> $reader<'a> {
            $(
                $(#[$method_doc])*
                pub fn $method(&self) -> $table_reader<'a> {
                    $table_reader { connection: self.connection }
                }
            )+
        }

        $(#[$write_doc])*
        pub struct $writer<'a> {
            read: $reader<'a>,
        }

        impl<'a> $writer<'a> {
            $(
                $(#[$method_doc])*
                pub fn $method(&mut self) -> $table_writer<'_> {
                    $table_writer { read: self.read.$method() }
                }
            )+
        }

        impl<'a> std::ops::Deref for $writer<'a> {
            type Target = $reader<'a>;

            fn deref(&self) -> &Self::Target {
                &self.read
            }
        }
    };
}

/// Declares a store: a database with typed `write` and `read`.
macro_rules! store {
    ($(#[$doc:meta])* $store:ident, $reader:ident, $writer:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $store {
            database: crate::database::Database,
        }

        impl $store {
            pub(crate) const fn new(database: crate::database::Database) -> Self {
                Self { database }
            }

            pub(crate) fn close(&self) {
                self.database.close();
            }

            /// The database file.
            pub fn file(&self) -> &std::path::Path {
                self.database.file()
            }

            /// Runs `work` on the writer thread inside one transaction: kept when it returns `Ok`, undone when it
            /// returns `Err` or panics. Once begun it is carried out even if the future is dropped.
            pub async fn write<T: Send + 'static>(
                &self,
                work: impl FnOnce(&mut $writer<'_>) -> Result<T, crate::StoreError> + Send + 'static,
            ) -> Result<T, crate::StoreError> {
                self.database
                    .write(move |connection| work(&mut $writer { read: $reader { connection } }))
                    .await
            }

            /// Runs `work` on a read-only connection; everything it reads is of one moment.
            /// Needs a tokio runtime, because it works on a blocking thread.
            pub async fn read<T: Send + 'static>(
                &self,
                work: impl FnOnce(&$reader<'_>) -> Result<T, crate::StoreError> + Send + 'static,
            ) -> Result<T, crate::StoreError> {
                self.database.read(move |connection| work(&$reader { connection })).await
            }

            /// How many writes have ended since the store was opened. As long as it stays the same, nothing has changed;
            /// a read that begins after it was asked sees all of them.
            pub fn writes(&self) -> u64 {
                self.database.writes()
            }

            /// Moves everything from the write-ahead log into the database file and empties the log.
            pub async fn checkpoint(&self) -> Result<(), crate::StoreError> {
                self.database.checkpoint().await
            }

            /// Rewrites the database so that nothing deleted is left in it, in its log or in copies beside it. Writes
            /// wait meanwhile; takes about as long as copying the file.
            pub async fn purge(&self) -> Result<crate::Purged, crate::StoreError> {
                self.database.purge().await
            }

            /// Reads the whole database and names what is wrong with it, one sentence each; empty when all is well.
            /// Writes wait meanwhile.
            pub async fn integrity_check(&self) -> Result<Vec<String>, crate::StoreError> {
                self.database.integrity_check().await
            }
        }
    };
}

pub(crate) use {database_handles, store, table_handles};
