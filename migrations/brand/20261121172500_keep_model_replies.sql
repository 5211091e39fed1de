-- What a model answered is kept until its step is done, so that a call that was made is not made again after a kill.
-- The same input of the same step of a run has the same answer.
ALTER TABLE model_call ADD COLUMN input_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE model_call ADD COLUMN reply_json TEXT;
