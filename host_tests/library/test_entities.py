from expect import refused
from snowplow_tracker.entities.application import application
from snowplow_tracker.entities.event_specification import event_specification
from snowplow_tracker.entities.gdpr import gdpr
from snowplow_tracker.entities.geolocation import geolocation
from snowplow_tracker.entities.mobile_context import mobile_context


def test_ios_platform_entity():
    schema, data = mobile_context()
    assert schema == "iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3"
    assert data["osType"] in ("MicroPython", "Python")
    assert [int(n) for n in data["osVersion"].split(".")][0] >= 1
    assert data["deviceModel"] and data["deviceManufacturer"]
    _, data = mobile_context(
        "Pico W",
        "Raspberry Pi",
        "1.28.0",
        network_type="wifi",
        physical_memory=264 << 10,
        app_available_memory=100000,
        battery_level=87,
        battery_state="unplugged",
        low_power_mode=False,
        available_storage=500000,
        total_storage=868352,
        language="de",
    )
    assert data.pop("osType")
    assert data == {
        "osVersion": "1.28.0",
        "deviceModel": "Pico W",
        "deviceManufacturer": "Raspberry Pi",
        "networkType": "wifi",
        "physicalMemory": 270336,
        "appAvailableMemory": 100000,
        "batteryLevel": 87,
        "batteryState": "unplugged",
        "lowPowerMode": False,
        "availableStorage": 500000,
        "totalStorage": 868352,
        "language": "de",
    }


def test_platform_entity_refuses_what_its_schema_would():
    refused("battery_level", mobile_context, battery_level=101)
    refused("battery_level", mobile_context, battery_level=50.5)
    refused("battery_state", mobile_context, battery_state="low")
    refused("network_type", mobile_context, network_type="ethernet")
    refused("physical_memory", mobile_context, physical_memory=-1)
    refused("language", mobile_context, language="x" * 9)
    refused("device_model", mobile_context, 5)


def test_application():
    assert application("1.2", "0c4f1a")[1] == {"version": "1.2", "build": "0c4f1a"}
    refused("version", application, "v" * 256, "b")
    refused("build", application, "v", 5)


def test_gdpr():
    assert gdpr("contract")[1] == {"basisForProcessing": "contract"}
    assert gdpr("consent", "d", "1", "text")[1] == {
        "basisForProcessing": "consent",
        "documentId": "d",
        "documentVersion": "1",
        "documentDescription": "text",
    }
    refused("basis_for_processing", gdpr, "whim")
    refused("document_version", gdpr, "consent", document_version="v" * 17)


def test_geolocation():
    _, data = geolocation(52.5, -13, altitude=34, timestamp=1700000000000)
    assert data == {
        "latitude": 52.5,
        "longitude": -13,
        "altitude": 34,
        "timestamp": 1700000000000,
    }
    refused("latitude: 90.5 is beyond", geolocation, 90.5, 0)
    refused("longitude", geolocation, 0, -181)
    refused("latitude", geolocation, None, 0)
    refused("speed", geolocation, 0, 0, speed="fast")
    refused("bearing: expected a finite number, got nan", geolocation, 0, 0, bearing=float("nan"))
    refused("timestamp", geolocation, 0, 0, timestamp=1.5)


def test_event_specification():
    assert event_specification("s1", version=2)[1] == {"id": "s1", "version": 2}
    refused("id", event_specification, "")
    refused("id: 255", event_specification, "i" * 255)
    refused("version", event_specification, "s", version=-1)
