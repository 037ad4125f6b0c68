import pytest

pytest.register_assert_rewrite("decoding_fakes")
