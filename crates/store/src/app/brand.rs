//! Table `brand`: which brands exist. Names are unique without regard to case, in any script.

use quillhouse_domain::BrandId;
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{StoreError, columns::Text, table::table_handles};

/// Longest name of a brand, in characters; the schema checks the same.
const NAME_CHARACTERS: usize = 120;

/// One brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandRow {
    /// Its id, also the name of its folder.
    pub id: BrandId,
    /// 1 to 120 characters without white space around them.
    pub name: String,
    /// Index into the window's palette.
    pub color: u32,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// True when its texts stay on this machine.
    pub local_only: bool,
}

impl BrandRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<BrandId>>("id")?.0,
            name: row.get("name")?,
            color: row.get("color")?,
            created_at: row.get("created_at")?,
            local_only: row.get("local_only")?,
        })
    }
}

table_handles! {
    /// Reads `brand`.
    BrandTableReader,
    /// Writes `brand`.
    BrandTableWriter
}

fn check_name(name: &str) -> Result<(), StoreError> {
    let length = name.chars().count();
    let reason = if name.trim() != name {
        "it begins or ends with white space".to_owned()
    } else if length == 0 {
        "it is empty".to_owned()
    } else if length > NAME_CHARACTERS {
        format!("it is {length} characters long, at most {NAME_CHARACTERS} are allowed")
    } else if name.chars().any(char::is_control) {
        "it has control characters in it".to_owned()
    } else {
        return Ok(());
    };
    Err(StoreError::InvalidInput { field: "name of the brand", reason })
}

impl BrandTableReader<'_> {
    /// The brand, or `NotFound`.
    pub fn get(&self, id: BrandId) -> Result<BrandRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM brand WHERE id = ?1")?
            .query_row([Text(id)], BrandRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "brand", name: id.to_string() })
    }

    /// The brand of this name, without regard to case or white space around it.
    pub fn get_by_name(&self, name: &str) -> Result<Option<BrandRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM brand WHERE name_folded = ?1")?
            .query_row([name.trim().to_lowercase()], BrandRow::from_row)
            .optional()?)
    }

    /// All brands by name.
    pub fn list(&self) -> Result<Vec<BrandRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM brand ORDER BY name_folded")?;
        let rows = statement.query_map([], BrandRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Fails when a brand like this could not be inserted.
    pub fn check_new(&self, row: &BrandRow) -> Result<(), StoreError> {
        check_name(&row.name)?;
        match self.get_by_name(&row.name)? {
            Some(known) => Err(StoreError::AlreadyExists { noun: "brand", name: known.name }),
            None => Ok(()),
        }
    }
}

impl BrandTableWriter<'_> {
    /// Adds a brand; `AlreadyExists` when its name or id is taken.
    pub fn insert(&mut self, row: &BrandRow) -> Result<(), StoreError> {
        check_name(&row.name)?;
        self.connection
            .prepare_cached(
                "INSERT INTO brand (id, name, name_folded, color, created_at, local_only)
                 VALUES (:id, :name, :name_folded, :color, :created_at, :local_only)",
            )?
            .execute(named_params! {
                ":id": Text(row.id),
                ":name": row.name,
                ":name_folded": row.name.to_lowercase(),
                ":color": row.color,
                ":created_at": row.created_at,
                ":local_only": row.local_only,
            })
            .map_err(|error| StoreError::unique(error, "brand", || row.name.clone()))?;
        Ok(())
    }

    /// Gives the brand another name; `AlreadyExists` when another brand has it.
    pub fn rename(&mut self, id: BrandId, name: &str) -> Result<(), StoreError> {
        check_name(name)?;
        let changed = self
            .connection
            .prepare_cached("UPDATE brand SET name = ?2, name_folded = ?3 WHERE id = ?1")?
            .execute((Text(id), name, name.to_lowercase()))
            .map_err(|error| StoreError::unique(error, "brand", || name.to_owned()))?;
        StoreError::unless_found(changed, "brand", id)
    }

    /// Gives the brand another colour.
    pub fn set_color(&mut self, id: BrandId, color: u32) -> Result<(), StoreError> {
        let changed =
            self.connection.prepare_cached("UPDATE brand SET color = ?2 WHERE id = ?1")?.execute((Text(id), color))?;
        StoreError::unless_found(changed, "brand", id)
    }

    /// Says whether the brand's texts stay on this machine.
    pub fn set_local_only(&mut self, id: BrandId, local_only: bool) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE brand SET local_only = ?2 WHERE id = ?1")?
            .execute((Text(id), local_only))?;
        StoreError::unless_found(changed, "brand", id)
    }

    /// Removes the row. To remove a brand with all it has, use `DataFolder::erase_brand`.
    pub fn delete(&mut self, id: BrandId) -> Result<(), StoreError> {
        let changed = self.connection.prepare_cached("DELETE FROM brand WHERE id = ?1")?.execute([Text(id)])?;
        StoreError::unless_found(changed, "brand", id)
    }
}
