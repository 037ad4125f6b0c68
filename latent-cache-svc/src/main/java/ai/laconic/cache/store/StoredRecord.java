package ai.laconic.cache.store;

/** A record with its key. */
public record StoredRecord(String key, byte[] value) {}
