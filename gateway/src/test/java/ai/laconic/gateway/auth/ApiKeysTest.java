package ai.laconic.gateway.auth;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.gateway.fake.Digests;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
  private final ApiKeys keys =
      new ApiKeys(
          List.of(
              new ApiKeyProperties("red", Digests.sha256("red key")),
              new ApiKeyProperties("red", Digests.sha256("red key 2").toUpperCase(Locale.ROOT)),
              new ApiKeyProperties("blue", Digests.sha256("blue key"))),
          true);

  private static Metadata header(String name, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return headers;
  }

  @Test
  void findsTheTenantOfAKey() {
    assertThat(keys.resolve(header("authorization", "Bearer red key")).value()).isEqualTo("red");
    assertThat(keys.resolve(header("authorization", "bearer red key 2")).value()).isEqualTo("red");
    assertThat(keys.resolve(header("authorization", "Bearer blue key ")).value()).isEqualTo("blue");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer green key", "Bearer ", "Bearer", "Basic red key", "red key", ""})
  void anythingElseIsUnauthenticatedAndNotRepeated(String value) {
    assertThat(
            assertFails(
                Code.UNAUTHENTICATED,
                "credentials (expected: ",
                () -> keys.resolve(header("authorization", value))))
        .hasMessageNotContaining("green");
  }

  @Test
  void aMissingKeyIsUnauthenticated() {
    assertFails(
        Code.UNAUTHENTICATED,
        "credentials (expected: header authorization: Bearer and an API key)",
        () -> keys.resolve(new Metadata()));
  }

  @Test
  void theDigestIsNotTheKey() {
    assertFails(
        Code.UNAUTHENTICATED,
        "an API key that is known here",
        () -> keys.resolve(header("authorization", "Bearer " + Digests.sha256("red key"))));
  }

  @Test
  void withoutKeysEveryoneIsTheDefaultTenantWhateverTheySay() {
    ApiKeys open = new ApiKeys(List.of(), true);
    assertThat(open.resolve(header("laconic-tenant", "blue"))).isEqualTo(TenantId.DEFAULT);
  }

  @Test
  void aKeyBelongsToOneTenant() {
    assertThatThrownBy(
            () ->
                new ApiKeys(
                    List.of(
                        new ApiKeyProperties("red", Digests.sha256("key")),
                        new ApiKeyProperties(
                            "blue", Digests.sha256("key").toUpperCase(Locale.ROOT))),
                    true))
        .hasMessage(
            "api-keys: the same key twice, the second for blue (expected: a key belongs to one"
                + " tenant)");
  }

  @Test
  void refusesWhatIsNoDigestWithoutShowingIt() {
    assertThatThrownBy(() -> new ApiKeyProperties("red", "the key itself"))
        .hasMessage("sha256 of a key of red: 14 characters (expected: 64 hexadecimal digits)");
    assertThatThrownBy(() -> new ApiKeyProperties("Red!", Digests.sha256("key")))
        .hasMessageContaining("tenant: Red!");
  }
}
